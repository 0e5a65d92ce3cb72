package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.io.data.GraphData;
import dev.filigree.io.data.Shape;
import dev.filigree.ops.Batch;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.Objective;
import java.util.List;
import java.util.Locale;

/**
 * Which class a node of a graph belongs to: learned from some nodes, judged at others.
 *
 * @param judged the part to be judged on
 */
public record NodeClasses(String name, GraphData graph, GraphData.Part judged) implements Problem {

    @Override
    public Shape input() {
        return Shape.of(graph.features());
    }

    @Override
    public int outputs() {
        return graph.classes();
    }

    /** The whole graph in each batch, whatever the size asked for. */
    @Override
    public Batches training(int size, Rng rng) {
        return new GraphBatches(graph, GraphData.Part.TRAIN);
    }

    @Override
    public List<Batch> testing(int size) {
        return List.of(new GraphBatches(graph, judged).next());
    }

    @Override
    public Objective objective(double smoothing) {
        return new CrossEntropy(smoothing);
    }

    @Override
    public String about() {
        return String.format(Locale.ROOT, "%s: %,d nodes of %,d features, %,d edges, %d classes, judged at %s nodes", name, graph.nodes(), graph.features(),
                graph.edges().size(), graph.classes(), judged.name().toLowerCase(Locale.ROOT));
    }
}
