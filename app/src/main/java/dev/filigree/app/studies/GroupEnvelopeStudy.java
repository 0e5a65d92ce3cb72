package dev.filigree.app.studies;

import dev.filigree.app.report.LinePlot;
import dev.filigree.app.train.Shrink;
import dev.filigree.app.train.Shrink.Shrunk;
import dev.filigree.app.train.TrainSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;

/** Refael et al. 2022: a penalty that asks for a number of groups ends there, and loses less than one that asks for small groups. */
final class GroupEnvelopeStudy implements Study {

    private static final String ENVELOPE = "group envelope, strength ";
    private static final String LASSO = "group lasso, strength ";
    private static final String LARGEST = "largest rows of a dense network";
    private static final double KEEP = 0.25;

    @Override
    public Claim claim() {
        return new Claim("group-envelope", "Refael et al. 2022, Learning k-Level Structured Sparse Neural Networks Using Group Envelope Regularization, arXiv:2212.12921; Wen et al. 2016, arXiv:1608.03665",
                "A penalty that is the envelope of 'at most k groups' ends at the k asked for with hardly any loss, and is better than penalties and rules that know no k.",
                "300-300 hidden units of which a quarter stays in each layer, removed after two thirds of the epochs and tuned; group lasso and group envelope each at the best of three strengths.",
                "epochs and units, hence multiply-adds",
                "the envelope no better than group lasso or than the largest rows, or more than half a point lost when cut", 8);
    }

    @Override
    public Findings run(Lab lab) {
        TrainSettings whole = Rivals.dense(lab.quick() ? "mlp(hidden=64-64)" : "mlp(hidden=300-300)", lab.choose(0.5, 4));
        Shrink shrink = new Shrink(lab.problem(), lab.compute(), whole, whole.withEpochs(lab.choose(0.25, 2)).withRate(0.02, "cosine"), KEEP);
        Map<String, LongFunction<Shrunk>> rivals = new LinkedHashMap<>();
        rivals.put("dense", shrink::dense);
        rivals.put("dense, a quarter as wide", seed -> shrink.dense(lab.quick() ? "mlp(hidden=16-16)" : "mlp(hidden=75-75)", seed));
        rivals.put("random", seed -> shrink.afterwards("random", seed));
        rivals.put(LARGEST, seed -> shrink.afterwards("l1-filter", seed));
        for (String strength : List.of("0.0003", "0.001", "0.003")) {
            rivals.put(LASSO + strength, seed -> shrink.by("group-lasso(strength=" + strength + ")", seed));
        }
        for (String strength : List.of("0.003", "0.005", "0.007")) {
            rivals.put(ENVELOPE + strength, seed -> shrink.by("group-envelope(strength=" + strength + ")", seed));
        }
        Map<String, List<Shrunk>> found = lab.each(rivals, s -> String.format(Locale.ROOT, "accuracy %.2f %%", 100 * s.right()));
        List<Shrunk> envelope = best(found, ENVELOPE);
        Numbers right = Shrinking.right(envelope);
        return new Findings(List.of(Shrinking.table("A quarter of the hidden units", lab, shrink.relay(), found)), List.of(plot(found)),
                List.of(Verdict.above("the group envelope loses at most half a point when cut", -0.005, Shrinking.cut(envelope).minus(Shrinking.uncut(envelope))),
                        Verdict.above("it beats group lasso", 0, right.minus(Shrinking.right(best(found, LASSO)))),
                        Verdict.above("it beats the largest rows of a dense network", 0, right.minus(Shrinking.right(found.get(LARGEST)))),
                        Verdict.above("it beats a dense network of its size", 0, right.minus(Shrinking.right(found.get("dense, a quarter as wide"))))));
    }

    /** The strength with the best mean. */
    private static List<Shrunk> best(Map<String, List<Shrunk>> found, String kind) {
        return found.entrySet().stream().filter(e -> e.getKey().startsWith(kind)).map(Map.Entry::getValue)
                .max(Comparator.comparing(all -> Shrinking.right(all).mean())).orElseThrow();
    }

    private static LinePlot plot(Map<String, List<Shrunk>> found) {
        List<LinePlot.Series> lines = new ArrayList<>();
        for (String kind : List.of(LARGEST, LASSO, ENVELOPE)) {
            Shrunk s = best(found, kind).getFirst();
            lines.add(new LinePlot.Series(kind.replace(", strength ", ""), List.of(new LinePlot.Point(0, s.uncut()), new LinePlot.Point(1, s.cut()), new LinePlot.Point(2, s.right()))));
        }
        return new LinePlot("Accuracy whole (0), cut (1) and tuned (2), first seed", "", "accuracy", lines, List.of());
    }
}
