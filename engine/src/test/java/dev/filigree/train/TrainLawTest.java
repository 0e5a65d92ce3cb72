package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.grad.Buffers;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.model.Models;
import dev.filigree.model.Site;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run of training learns, is sparse, and is the same bits however it is run. */
class TrainLawTest {

    @Test
    void distillationBringsASparseStudentBackToItsTeacher() {
        try (Runs.Run run = new Runs(Kernels.best(), 2).start(60, List.of())) {
            double first = run.loop().advance().total();
            Loss[] last = new Loss[1];
            run.loop().run((step, steps, loss, batch, seconds) -> last[0] = loss);
            assertEquals(60, run.loop().step());
            assertTrue(last[0].total() < 0.5 * first, "from " + first + " to " + last[0]);
            assertEquals(last[0].total(), last[0].parts().values().stream().mapToDouble(d -> d).sum(), 1e-9);
        }
    }

    @Test
    void whatIsTaughtCanBeChosen() {
        assertEquals(Distillation.Weights.DEFAULT, Distillation.Weights.named("both"));
        Tokens batch = Tokens.of(Runs.sentences().subList(0, 5));
        try (Runs.Run run = new Runs(Kernels.scalar(), 1).start(1, List.of())) {
            Loss all = run.distillation().run(run.loop(), batch);
            for (String part : List.of("blocks", "result")) {
                run.loop().tape().reset();
                try (Distillation one = new Distillation(run.compute(), run.teacher(), Distillation.Weights.named(part))) {
                    assertEquals(all.parts().get(part), one.run(run.loop(), batch).total(), 1e-9, part);
                }
            }
        }
        assertTrue(assertThrows(UserError.class, () -> Distillation.Weights.named("layers")).getMessage().contains("expected both, blocks or result"));
    }

    @Test
    void theLossIsTheDefinition() {
        Compute compute = new Compute(Kernels.scalar(), Parallel.single());
        try (Runs.Run run = new Runs(Kernels.scalar(), 1).start(1, List.of()); Eager eager = new Eager(compute)) {
            Model student = run.loop().model();
            Tokens batch = Tokens.of(Runs.sentences().subList(0, 5));
            Loss loss = run.distillation().run(run.loop(), batch);
            Value s = student.enter(eager, batch);
            Value t = run.teacher().enter(eager, batch);
            double distance = 0;
            for (int b = 0; b < student.blocks(); b++) {
                s = student.block(eager, b, s, batch);
                t = run.teacher().block(eager, b, t, batch);
                double off = 0;
                double size = 0;
                for (int i = 0; i < batch.tokens(); i++) {
                    for (int f = 0; f < s.features(); f++) {
                        off += Math.pow(s.get(i, f) - t.get(i, f), 2);
                        size += Math.pow(t.get(i, f), 2);
                    }
                }
                distance += off / size;
            }
            double cosine = 0;
            Value x = student.leave(eager, s, batch);
            Value y = run.teacher().leave(eager, t, batch);
            for (int i = 0; i < x.tokens(); i++) {
                for (int f = 0; f < x.features(); f++) {
                    cosine += x.get(i, f) * y.get(i, f) / x.tokens();
                }
            }
            assertEquals(distance, loss.parts().get("blocks"), 1e-4 * distance);
            assertEquals(3 * (1 - cosine), loss.parts().get("result"), 1e-4);
        }
    }

    @Test
    void theGradientOfTheLossAgreesWithDifferences() {
        try (Runs.Run run = new Runs(Kernels.scalar(), 1).start(1, List.of())) {
            Loop loop = run.loop();
            Tokens batch = Tokens.of(Runs.sentences().subList(0, 5));
            for (String name : List.of("encoder.layer.0.attention.self.value.weight", "encoder.layer.1.output.dense.weight",
                    "encoder.layer.0.output.LayerNorm.weight", "encoder.layer.1.intermediate.dense.bias")) {
                Held p = loop.model().param(name);
                Floats values = Slots.of(p.forward());
                loop.gradients().clear(loop.compute());
                run.distillation().run(loop, batch);
                loop.tape().reset();
                float[] gradient = loop.gradients().of(p).toArray();
                float[] before = values.toArray();
                double length = Math.sqrt(dot(gradient, gradient));
                double[] losses = new double[2];
                double h = 1e-2 / length;
                for (int side = 0; side < 2; side++) {
                    for (int i = 0; i < before.length; i++) {
                        values.set(i, (float) (before[i] + (side == 0 ? h : -h) * gradient[i]));
                    }
                    losses[side] = run.distillation().run(loop, batch).total();
                    loop.tape().reset();
                }
                values.copyFrom(Floats.of(before));
                double numeric = (losses[0] - losses[1]) / (2 * h);
                assertEquals(length * length, numeric, 5e-3 * length * length, name);
            }
        }
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sameBitsForAnyNumberOfThreads(boolean vector) {
        Kernels kernels = vector ? Kernels.best() : Kernels.scalar();
        float[] one = weights(new Runs(kernels, 1).start(6, List.of(new Rewire(3))));
        for (int threads = 2; threads <= 3; threads++) {
            assertArrayEquals(one, weights(new Runs(kernels, threads).start(6, List.of(new Rewire(3)))), threads + " threads");
        }
    }

    static float[] weights(Runs.Run run) {
        try (run) {
            run.loop().run((step, steps, loss, batch, seconds) -> { });
            return weights(run.loop().model());
        }
    }

    static float[] weights(Model model) {
        List<float[]> all = new ArrayList<>();
        model.params().stream().filter(p -> p.name().startsWith("encoder.")).forEach(p -> all.add(Slots.of(p.forward()).toArray()));
        int length = all.stream().mapToInt(a -> a.length).sum();
        float[] out = new float[length];
        int at = 0;
        for (float[] a : all) {
            System.arraycopy(a, 0, out, at, a.length);
            at += a.length;
        }
        return out;
    }

    /** Drops one half of the live positions of one weight and brings in as many others. */
    record Rewire(long at) implements Hook {

        @Override
        public void beforeStep(Loop loop, long step) {
            if (step == at) {
                Site site = loop.model().sites().get(3);
                Topology old = Topology.of(loop.model().param(site).forward());
                Floats values = Layout.canonical(loop.model().param(site).forward(), old);
                Topology.Builder b = new Topology.Builder(site.rows(), site.cols(), old.count());
                Rng rng = loop.rng("rewire");
                for (int r = 0; r < site.rows(); r++) {
                    for (int c = 0; c < site.cols(); c++) {
                        if (rng.nextDouble() < (old.find(r, c) >= 0 ? 0.5 : 0.2)) {
                            b.add(r, c);
                        }
                    }
                }
                Topology live = b.build();
                Floats moved = Floats.allocate(live.count());
                for (int r = 0; r < site.rows(); r++) {
                    for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                        int was = old.find(r, live.column().get(j));
                        moved.set(j, was < 0 ? 0 : values.get(was));
                    }
                }
                loop.rewire(site, live, moved);
            }
        }
    }

    @Test
    void optimizerStateMovesWithThePositionsThatStayAndNewbornsStartAtZero() {
        Runs runs = new Runs(Kernels.scalar(), 1);
        try (Runs.Run run = runs.start(4, List.of())) {
            Loop loop = run.loop();
            loop.advance();
            loop.advance();
            Site site = loop.model().sites().get(3);
            Topology before = Topology.of(loop.model().param(site).forward());
            StateWriter state = new StateWriter();
            loop.optimizer().save(state);
            Floats old = state.copied().in("first").floats(site.name());
            new Rewire(2).beforeStep(loop, 2);
            Topology after = Topology.of(loop.model().param(site).forward());
            StateWriter moved = new StateWriter();
            loop.optimizer().save(moved);
            Floats now = moved.copied().in("first").floats(site.name());
            int stayed = 0;
            for (int r = 0; r < site.rows(); r++) {
                for (int j = after.start().get(r); j < after.start().get(r + 1); j++) {
                    int was = before.find(r, after.column().get(j));
                    stayed += was >= 0 ? 1 : 0;
                    assertEquals(was < 0 ? 0 : old.get(was), now.get(j), 0); // one chunk: slots are in canonical order
                }
            }
            assertTrue(stayed > 10 && after.count() - stayed > 10, stayed + " of " + after.count() + " stayed");
            loop.advance();
        }
    }

    @Test
    void nothingOfTheDenseSizeIsHeldByALoop() {
        Runs runs = new Runs(Kernels.scalar(), 1);
        Bert student = Models.sparse(Models.config(Pooling.MEAN), 1, 0.95, Layout.CSR);
        Setup setup = runs.setup(2, List.of()); // its step is replaced: the dense teacher is of dense size
        Step sparse = (loop, batch) -> {
            Value y = loop.model().forward(loop.tape(), batch);
            loop.tape().seed(y, y.data());
            loop.tape().backward();
            return new Loss(1, java.util.Map.of());
        };
        List<int[]> short1 = List.of(new int[] {1, 2});
        Setup small = new Setup(sparse, new SentenceBatches(short1, 2, new Rng(1)), setup.optimizer(), 1e-3, setup.rates(), 1, 2, Layout.CSR, List.of(), new Rng(1));
        try (Loop loop = new Loop(new Compute(Kernels.scalar(), Parallel.single()), student, small)) {
            loop.advance();
            int largest = Buffers.largest(List.of(loop.tape(), loop.gradients(), loop.optimizer()));
            assertTrue(largest < 24 * 50, "a buffer of " + largest + " elements"); // the largest activation of 4 tokens has 16 x 50
        }
    }

    @Test
    void aRehearsalLeavesNoTrace() {
        Runs runs = new Runs(Kernels.scalar(), 1);
        float[] expected = weights(runs.start(5, List.of(new Rewire(3))));
        Runs.Run run = runs.start(5, List.of(new Rewire(3)));
        run.loop().advance();
        assertTrue(run.loop().rehearse(0.05).seconds() > 0);
        assertArrayEquals(expected, weights(run));
    }

    @Test
    void aRunThatDivergesSaysSo() {
        Runs runs = new Runs(Kernels.scalar(), 1);
        Setup s = runs.setup(5, List.of());
        Setup wild = new Setup((loop, batch) -> new Loss(Double.NaN, java.util.Map.of()), s.batches(), s.optimizer(), 0.1, s.rates(), 1, 5, s.layout(), List.of(), s.rng());
        try (Loop loop = new Loop(runs.compute(), runs.student(), wild)) {
            UserError e = assertThrows(UserError.class, loop::advance);
            assertTrue(e.getMessage().contains("lower the learning rate"), e.getMessage());
        }
    }
}
