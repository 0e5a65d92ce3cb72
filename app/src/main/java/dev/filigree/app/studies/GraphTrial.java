package dev.filigree.app.studies;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.io.data.GraphData;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Gcn;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Adam;
import dev.filigree.train.Birth;
import dev.filigree.train.GraphBatches;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.NodeClasses;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Step;
import dev.filigree.train.loss.CrossEntropy;
import java.util.List;
import java.util.Map;

/** Trains a graph convolutional network of one hidden layer on all or some edges of a graph, as studies of graphs do: Adam with rate 0.01. */
record GraphTrial(Compute compute, NodeClasses problem, int hidden, int epochs, long seed) {

    /**
     * What came out.
     *
     * @param right  share of the judged nodes, seen through the edges trained with
     * @param zeros  share of the weights
     * @param scores of the classes of all nodes
     */
    record Outcome(double right, double seconds, int edges, double zeros, Value scores) {

        /** The same with the time of what had to be done before. */
        Outcome after(double before) {
            return new Outcome(right, seconds + before, edges, zeros, scores);
        }
    }

    /** A network with the first values of this seed, at some positions or, where {@code live} says nothing, at all. */
    Gcn born(Map<Site, Topology> live) {
        Gcn network = new Gcn(List.of(problem.graph().features(), hidden, problem.graph().classes()));
        Birth birth = new Birth(compute, network, new Rng(seed).split("birth"));
        network.sites().forEach(birth::dense);
        return Cuts.keep(network, live);
    }

    /** Trains to the end. */
    void train(Model network, GraphData graph, Step step, List<Hook> hooks) {
        try (Loop loop = new Loop(compute, network, new Setup(step, new GraphBatches(graph, GraphData.Part.TRAIN), new Adam(0.9, 0.999, 1e-8, 0.05), 0.01, new Rates.Constant(0),
                Double.MAX_VALUE, epochs, Layout.CSR, hooks, new Rng(seed).split("training")))) {
            loop.run((s, steps, loss, batch, seconds) -> { });
        }
    }

    /** How good a network is through these edges. */
    Outcome judged(Model network, GraphData graph, long since) {
        Batch batch = new GraphBatches(graph, problem.judged()).next();
        try (Eager eager = new Eager(compute)) {
            Value y = network.forward(eager, batch);
            double right = new CrossEntropy(0).score(compute, y, batch, null).right();
            return new Outcome(right, (System.nanoTime() - since) * 1e-9, graph.edges().size(), 1 - network.live() / (double) network.positions(), y.in(Floats.allocate(y.data().length()).copyFrom(y.data())));
        }
    }
}
