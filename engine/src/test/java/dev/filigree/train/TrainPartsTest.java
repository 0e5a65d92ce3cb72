package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Remap;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of training, one by one. */
class TrainPartsTest {

    private static final Compute SCALAR = new Compute(Kernels.scalar(), Parallel.single());

    private static Held weight(float... values) {
        Topology live = Topology.full(1, values.length);
        return new Held("weight", Csr.pack(Arena.ofAuto(), live, Floats.of(values), values.length));
    }

    private static float[] after(Optimizer o, Held p, float[]... gradients) {
        Gradients g = new Gradients(List.of(p));
        for (float[] gradient : gradients) {
            g.of(p).copyFrom(Floats.of(gradient));
            o.update(SCALAR, g, 0.5f, 0.1f);
        }
        return Slots.of(p.forward()).toArray();
    }

    /** A hash table that has just become too full grows when it is asked next, which must not be by several threads at once. */
    @Test
    void momentsOfThirteenWeightsAreReadByManyThreads() {
        List<Held> many = new ArrayList<>();
        for (int i = 0; i < 13; i++) {
            many.add(new Held("weight" + i, Dense.of(1, 2, Floats.of(1, 2))));
        }
        try (Parallel parallel = new Parallel(4)) {
            Compute compute = new Compute(Kernels.scalar(), parallel);
            for (int round = 0; round < 3000; round++) {
                Adam adam = new Adam(0.9, 0.98, 1e-8, 0);
                adam.update(compute, new Gradients(many), 1, 0.1f);
                assertEquals(2 * 13 * 2 * Float.BYTES, adam.bytes());
            }
        }
    }

    @Test
    void adamIsItsFormula() {
        float[] out = after(new Adam(0.9, 0.98, 1e-8, 0.01), weight(1f, 0f), new float[] {4f}, new float[] {-1f});
        double w = 1;
        double m = 0;
        double v = 0;
        int t = 0;
        for (double g : new double[] {2, -0.5}) {
            t++;
            m = 0.9 * m + 0.1 * g;
            v = 0.98 * v + 0.02 * g * g;
            w -= 0.1 * (m / (1 - Math.pow(0.9, t)) / (Math.sqrt(v / (1 - Math.pow(0.98, t))) + 1e-8) + 0.01 * w);
        }
        assertEquals(w, out[0], 1e-6);
    }

    /** What joins a step is divided as the gradient is and counts among its squares, but only the gradient is remembered. */
    @Test
    void whatJoinsAStepIsNotRemembered() {
        Held adams = weight(1f, 0f);
        Held descends = weight(1f, 0f);
        Adam adam = new Adam(0.9, 0.98, 1e-8, 0.01);
        Sgd sgd = new Sgd(0.9, false, 0.01);
        double[] expected = {1, 1};
        double m = 0;
        double v = 0;
        double sum = 0;
        Gradients a = new Gradients(List.of(adams));
        Gradients s = new Gradients(List.of(descends));
        for (int t = 1; t <= 3; t++) {
            double g = t == 2 ? -1 : 4;
            double d = t == 3 ? 0 : 0.25 * t;
            for (Gradients gradients : List.of(a, s)) {
                Held p = gradients == a ? adams : descends;
                gradients.clear(SCALAR);
                gradients.of(p).copyFrom(Floats.of((float) g));
                if (d > 0) {
                    gradients.joinStep(p, Floats.of((float) d, 0));
                }
                (gradients == a ? adam : sgd).update(SCALAR, gradients, 0.5f, 0.1f);
            }
            m = 0.9 * m + 0.1 * 0.5 * g;
            double u = m / (1 - Math.pow(0.9, t)) + d;
            v = 0.98 * v + 0.02 * (d > 0 ? u * u : 0.25 * g * g); // a step that nothing joins is plain Adam
            expected[0] -= 0.1 * (u / (Math.sqrt(v / (1 - Math.pow(0.98, t))) + 1e-8) + 0.01 * expected[0]);
            sum = 0.9 * sum + 0.5 * g;
            expected[1] -= 0.1 * (sum + d + 0.01 * expected[1]);
        }
        assertEquals(expected[0], Slots.of(adams.forward()).get(0), 1e-6);
        assertEquals(expected[1], Slots.of(descends.forward()).get(0), 1e-6);
        assertThrows(IllegalArgumentException.class, () -> a.joinStep(adams, Floats.of(1f)));
    }

    @Test
    void momentumAndNesterovAreTheirFormulas() {
        for (boolean nesterov : new boolean[] {false, true}) {
            float[] out = after(new Sgd(0.9, nesterov, 0.01), weight(1f, 0f), new float[] {4f}, new float[] {-1f});
            double w = 1;
            double m = 0;
            for (double g : new double[] {2, -0.5}) {
                m = 0.9 * m + g;
                w -= 0.1 * ((nesterov ? g + 0.9 * m : m) + 0.01 * w);
            }
            assertEquals(w, out[0], 1e-6, "nesterov " + nesterov);
        }
    }

    @Test
    void biasesGainsAndShiftsDoNotDecay() {
        for (Optimizer o : List.of(new Adam(0.9, 0.98, 1e-8, 0.5), new Sgd(0.9, false, 0.5), new Sgd(0.9, true, 0.5))) {
            Held bias = new Held("bias", Dense.of(1, 1, Floats.of(3f)));
            assertArrayEquals(new float[] {3f}, after(o, bias, new float[] {0f}));
            assertTrue(after(o, weight(3f, 0f), new float[] {0f})[0] < 3f);
        }
    }

    /** A dead position has no number beside it that could decay: only what lives is held at all. */
    @Test
    void onlyLivePositionsDecay() {
        for (Optimizer o : List.of(Parts.OPTIMIZERS.make("adamw(decay=0.5)"), new Sgd(0.9, false, 0.5), new Sgd(0.9, true, 0.5))) {
            Topology.Builder live = new Topology.Builder(2, 2, 1);
            live.add(1, 0);
            Held w = new Held("weight", Layout.CSR.pack(Arena.ofAuto(), live.build(), Floats.of(3f)));
            float[] out = after(o, w, new float[] {0f});
            assertEquals(1, out.length);
            assertTrue(out[0] < 3f);
            assertEquals(1, w.forward().nonZeros());
        }
    }

    @Test
    void ratesStayWithinTheirPeakAndEndWhereTheyShould() {
        for (Entry<Rates> e : Parts.RATES.entries()) {
            Rates rates = e.make();
            for (long steps : new long[] {1, 2, 17, 1000}) {
                for (long s = 0; s < steps; s++) {
                    double r = rates.at(s, steps);
                    assertTrue(r > 0 && r <= 1, e.name() + " at " + s + " of " + steps + ": " + r);
                }
            }
        }
        assertEquals(1, new Rates.Linear(0.1).at(10, 100), 1e-12);
        assertEquals(0.5, new Rates.Linear(0.1).at(55, 100), 1e-12);
        assertEquals(1 / 11.0, new Rates.Linear(0.1).at(0, 100), 1e-12);
        assertEquals(0.55, new Rates.Cosine(0, 0.1).at(50, 100), 1e-12);
        assertThrows(UserError.class, () -> Parts.RATES.make("linear(warmup=1)"));
        Rates steps = Parts.RATES.make("step(at=0.5/0.75,factor=0.1)");
        assertEquals(1, steps.at(49, 100), 1e-12);
        assertEquals(0.1, steps.at(50, 100), 1e-12);
        assertEquals(0.01, steps.at(99, 100), 1e-12);
        Rates cycle = new Rates.OneCycle(0.5, 0.04, 0.001);
        assertEquals(0.04, cycle.at(0, 101), 1e-12);
        assertEquals(1, cycle.at(50, 101), 1e-12);
        assertEquals(0.001, cycle.at(100, 101), 1e-12);
        assertThrows(UserError.class, () -> Parts.RATES.make("step(at=0.7/0.3)"));
        assertThrows(UserError.class, () -> Parts.RATES.make("step(at=half)"));
        assertThrows(UserError.class, () -> Parts.RATES.make("one-cycle(first=0)"));
        assertThrows(UserError.class, () -> Parts.OPTIMIZERS.make("adam(b1=1)"));
        assertThrows(UserError.class, () -> Parts.OPTIMIZERS.make("sgd(momentum=0,nesterov=true)"));
    }

    @Test
    void anEpochShowsEverySentenceOnceAndTheNextInAnotherOrder() {
        List<int[]> sentences = new ArrayList<>();
        for (int i = 0; i < 21; i++) {
            sentences.add(new int[] {i});
        }
        SentenceBatches batches = new SentenceBatches(sentences, 7, new Rng(1));
        List<List<Integer>> epochs = new ArrayList<>();
        for (int e = 0; e < 2; e++) {
            List<Integer> seen = new ArrayList<>();
            for (int b = 0; b < 3; b++) {
                Tokens batch = batches.next();
                Arrays.stream(batch.ids()).forEach(seen::add);
                assertEquals(e, batches.epoch());
            }
            Set<Integer> different = new HashSet<>(seen);
            assertEquals(21, different.size());
            epochs.add(seen);
        }
        assertNotEquals(epochs.get(0), epochs.get(1));
    }

    @ParameterizedTest
    @CsvSource({"5m, 300", "90s, 90", "1h30m, 5400", "2M, 120", "1h1m1s, 3661"})
    void timesAreRead(String text, long seconds) {
        assertEquals(Duration.ofSeconds(seconds), Budget.parse("--recover", text).time().orElseThrow());
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "2000steps, 2000", "1 step, 1", "0m, 0"})
    void numbersOfStepsAreRead(String text, long steps) {
        Budget b = Budget.parse("--recover", text);
        assertEquals(steps, b.steps().orElseThrow());
        assertEquals(steps == 0, b.none());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-1m", "5 minutes", "m", "1e3steps", "99999999999999steps", "5m5"})
    void otherBudgetsAreRefusedInOneLine(String text) {
        UserError e = assertThrows(UserError.class, () -> Budget.parse("--recover", text));
        assertTrue(e.getMessage().startsWith("--recover: found '" + text + "', expected"), e.getMessage());
    }

    @Test
    void aTimeIsMeasuredIntoSteps() {
        try (Runs.Run run = new Runs(Kernels.scalar(), 1).start(5, List.of())) {
            Budget.Measured m = Budget.parse("--recover", "20s").measure(run.loop(), 5);
            assertTrue(m.steps() >= 1 && m.steps() * m.secondsPerStep() <= 15, m.toString());
            assertEquals(0, run.loop().step());
            assertEquals(7, Budget.parse("--recover", "7steps").measure(run.loop(), 5).steps());
        }
    }

    @Test
    void valuesKeepTheirPositionWhenAWeightIsPackedAnew() {
        Topology full = Topology.full(5, 3);
        Floats values = Floats.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
        for (Layout from : List.of(Layout.csr(2), Layout.blocks(4), Layout.TILED)) {
            for (Layout to : List.of(Layout.csr(2), Layout.blocks(2))) {
                var before = from.pack(Arena.ofAuto(), full, values);
                var after = to.pack(Arena.ofAuto(), full, values);
                Floats moved = Remap.between(before, after).apply(Slots.of(before));
                assertArrayEquals(Slots.of(after).toArray(), moved.toArray(), before.layout() + " to " + after.layout());
            }
        }
    }
}
