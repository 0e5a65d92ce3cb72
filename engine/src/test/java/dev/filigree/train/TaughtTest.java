package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.GraphData;
import dev.filigree.io.data.PlantedGraph;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Gcn;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.Divergence;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What labels say and what a teacher says are weighed as asked, and a teacher may be a memory of what a model said. */
class TaughtTest {

    private static final GraphData GRAPH = new PlantedGraph(100, 2, 4, 0.8, 10, 5, 0.5).make(1);
    private static final Compute ONE = new Compute(Kernels.best(), Parallel.single());

    private static Gcn network(long seed) {
        Gcn network = new Gcn(List.of(GRAPH.features(), 6, GRAPH.classes()));
        Birth birth = new Birth(ONE, network, new Rng(seed));
        network.sites().forEach(birth::dense);
        return network;
    }

    private static Value said(Gcn by, Batch batch) {
        try (Eager eager = new Eager(ONE)) {
            Value y = by.forward(eager, batch);
            return y.in(Floats.allocate(y.data().length()).copyFrom(y.data()));
        }
    }

    private static Loss step(Gcn student, Taught step, long steps) {
        try (Loop loop = new Loop(ONE, student, new Setup(step, new GraphBatches(GRAPH, GraphData.Part.TRAIN), new Adam(0.9, 0.999, 1e-8, 0), 0.01, new Rates.Constant(0), 10, steps,
                Layout.CSR, List.of(), new Rng(3)))) {
            loop.run((s, all, loss, batch, seconds) -> { });
            return loop.loss();
        }
    }

    @Test
    void theLossIsTheWeighedSum() {
        Batch batch = new GraphBatches(GRAPH, GraphData.Part.TRAIN).next();
        Value teacher = said(network(1), batch);
        Value student = said(network(2), batch);
        double labels = new CrossEntropy(0).score(ONE, student, batch, null).loss();
        double divergence = new Divergence(2).score(ONE, student, teacher, student.in(Floats.allocate(student.data().length())));
        try (Taught taught = new Taught(ONE, (ops, b) -> ops.input(teacher), new CrossEntropy(0), new Divergence(2), 0.3)) {
            assertEquals(0.7 * labels + 0.3 * divergence, step(network(2), taught, 1).total(), 1e-5);
        }
        assertThrows(UserError.class, () -> new Taught(ONE, network(1), new CrossEntropy(0), new Divergence(1), 1.1));
    }

    @Test
    void aMemoryTeachesTheSameAsTheModel() {
        Value memory = said(network(1), new GraphBatches(GRAPH, GraphData.Part.TRAIN).next());
        Gcn first = network(2);
        Gcn second = network(2);
        try (Taught model = new Taught(ONE, network(1), new CrossEntropy(0), new Divergence(1), 0.5);
                Taught remembered = new Taught(ONE, (ops, b) -> ops.input(memory), new CrossEntropy(0), new Divergence(1), 0.5)) {
            step(first, model, 8);
            step(second, remembered, 8);
        }
        first.sites().forEach(s -> assertArrayEquals(Slots.of(first.param(s).forward()).toArray(), Slots.of(second.param(s).forward()).toArray(), 0f));
    }
}
