package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.GraphData;
import dev.filigree.io.data.PlantedGraph;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Gcn;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.Divergence;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Labels, a teacher's classes and its blocks are weighed as asked, and the gradient is that of their sum. */
class TaughtByLayersTest {

    private static final GraphData GRAPH = new PlantedGraph(100, 2, 4, 0.8, 10, 5, 0.5).make(1);
    private static final Compute ONE = new Compute(Kernels.scalar(), Parallel.single());
    private static final TaughtByLayers.Weights ALL = new TaughtByLayers.Weights(0.5, 2, 3);

    private static Gcn network(long seed) {
        Gcn network = new Gcn(List.of(GRAPH.features(), 6, GRAPH.classes()));
        Birth birth = new Birth(ONE, network, new Rng(seed));
        network.sites().forEach(birth::dense);
        return network;
    }

    private static Loop loop(Gcn student, Step step) {
        return new Loop(ONE, student, new Setup(step, new GraphBatches(GRAPH, GraphData.Part.TRAIN), new Sgd(0, false, 0), 0.1, new Rates.Constant(0), Double.MAX_VALUE, 1,
                Layout.CSR, List.of(), new Rng(3)));
    }

    private static Loss loss(Gcn student, TaughtByLayers.Weights weights) {
        Batch batch = new GraphBatches(GRAPH, GraphData.Part.TRAIN).next();
        try (TaughtByLayers step = new TaughtByLayers(ONE, network(1), new CrossEntropy(0), new Divergence(2), weights); Loop loop = loop(student, step)) {
            return step.run(loop, batch);
        }
    }

    @Test
    void theLossIsTheDefinition() {
        Batch batch = new GraphBatches(GRAPH, GraphData.Part.TRAIN).next();
        Gcn teacher = network(1);
        Gcn student = network(2);
        Loss found = loss(network(2), ALL);
        try (Eager eager = new Eager(ONE)) {
            Value s = student.enter(eager, batch);
            Value t = teacher.enter(eager, batch);
            double distance = 0;
            for (int b = 0; b < student.blocks(); b++) {
                s = student.block(eager, b, s, batch);
                t = teacher.block(eager, b, t, batch);
                double off = 0;
                double size = 0;
                for (int i = 0; i < s.tokens(); i++) {
                    for (int f = 0; f < s.features(); f++) {
                        off += Math.pow(s.get(i, f) - t.get(i, f), 2);
                        size += Math.pow(t.get(i, f), 2);
                    }
                }
                distance += off / size;
            }
            Value y = student.leave(eager, s, batch);
            Value z = teacher.leave(eager, t, batch);
            Value room = y.in(Floats.allocate(y.data().length()));
            assertEquals(0.5 * new CrossEntropy(0).score(ONE, y, batch, null).loss(), found.parts().get("task"), 1e-5);
            assertEquals(2 * new Divergence(2).score(ONE, y, z, room), found.parts().get("classes"), 1e-5);
            assertEquals(3 * distance, found.parts().get("blocks"), 1e-4 * distance);
            assertTrue(distance > 0.1, "students of another birth are far away");
            assertEquals(found.parts().values().stream().mapToDouble(d -> d).sum(), found.total(), 1e-9);
        }
    }

    @Test
    void itsOwnTeacherIsAtNoDistance() {
        Loss found = loss(network(1), new TaughtByLayers.Weights(0, 1, 1));
        assertEquals(0, found.total(), 1e-5);
        assertEquals(0, found.parts().get("task"));
    }

    @Test
    void theGradientAgreesWithDifferences() {
        Gcn student = network(2);
        Batch batch = new GraphBatches(GRAPH, GraphData.Part.TRAIN).next();
        try (TaughtByLayers step = new TaughtByLayers(ONE, network(1), new CrossEntropy(0), new Divergence(2), ALL); Loop loop = loop(student, step)) {
            for (Site site : student.sites()) {
                Floats values = Slots.of(student.param(site).forward());
                for (int at : new int[] {0, 7}) {
                    loop.gradients().clear(ONE);
                    step.run(loop, batch);
                    double slope = loop.gradients().of(student.param(site)).get(at);
                    loop.tape().reset();
                    float value = values.get(at);
                    double[] loss = new double[2];
                    for (int side = 0; side < 2; side++) {
                        values.set(at, value + (side == 0 ? -1e-2f : 1e-2f));
                        loss[side] = step.run(loop, batch).total();
                        loop.tape().reset();
                    }
                    values.set(at, value);
                    assertEquals((loss[1] - loss[0]) / 2e-2, slope, 0.02 * Math.abs(slope) + 2e-3, site.name() + " " + at);
                }
            }
        }
    }

    @Test
    void weightsThatWeighNothingAreRefused() {
        assertThrows(UserError.class, () -> new TaughtByLayers.Weights(0, 0, 0));
        assertThrows(UserError.class, () -> new TaughtByLayers.Weights(1, -1, 0));
    }
}
