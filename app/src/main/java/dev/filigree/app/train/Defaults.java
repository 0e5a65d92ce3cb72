package dev.filigree.app.train;

import dev.filigree.io.data.Vocabulary;
import dev.filigree.train.NextToken;
import dev.filigree.train.NodeClasses;
import dev.filigree.train.Problem;

/** What suits a kind of problem when a person does not say: the usual choices of the field, not tuned to any data set. */
public record Defaults(String model, double epochs, int batch, String optimizer, double rate) {

    private static final Defaults FEATURES = new Defaults("lenet-300-100", 10, 128, "sgd(momentum=0.9,decay=0.0005)", 0.1);
    private static final Defaults PHOTOGRAPHS = new Defaults("resnet", 20, 128, "sgd(momentum=0.9,decay=0.0005)", 0.1);
    private static final Defaults TEXT = new Defaults("decoder", 1, 16, "adam(decay=0.01)", 0.002);
    /** Many looks at little text by a small model: with ten minutes of two cores that foresees more than a few looks by a large one. */
    private static final Defaults PIECES = new Defaults("llama", 5, 8, "adam(b2=0.98,decay=0.1)", 0.002);
    private static final Defaults GRAPH = new Defaults("gcn", 200, 1, "adam(decay=0.05)", 0.01);

    /** Those for a problem. */
    public static Defaults of(Problem problem) {
        return switch (problem) {
            case NextToken t -> t.train().vocabulary().unit() == Vocabulary.Unit.PIECES ? PIECES : TEXT;
            case NodeClasses _ -> GRAPH;
            default -> problem.input().channels() == 3 && problem.input().height() > 1 ? PHOTOGRAPHS : FEATURES;
        };
    }
}
