package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Form;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.prune.continual.GradientMask;
import dev.filigree.prune.continual.Importance;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.growth.RandomGrowth;
import dev.filigree.prune.regime.Clouds;
import dev.filigree.prune.regime.Rewire;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.MeanSquare;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replay, what is left out of it, and what sparse training makes of it. */
class ReplayTest {

    private static final Compute ONE = new Compute(Kernels.best(), Parallel.single());

    @TempDir
    private Path folder;

    /** Examples 0, 1, 2 ... of one number each, whose label is that number and about which ten times it was said. */
    private static Samples numbers(int from, int count) {
        Value x = Form.FEATURES.allocate(count, 1, 1, 1);
        Value y = Form.FEATURES.allocate(count, 2, 1, 1);
        int[] labels = IntStream.range(from, from + count).toArray();
        for (int i = 0; i < count; i++) {
            Form.FEATURES.write(new float[] {from + i}, i, x);
            Form.FEATURES.write(new float[] {10f * (from + i), 1}, i, y);
        }
        return new Samples(x, labels, y);
    }

    @Test
    void aReservoirHoldsWhatComesFirstAndThenEachAsLikely() {
        int[] kept = new int[40];
        Rng rng = new Rng(1);
        for (int trial = 0; trial < 300; trial++) {
            Reservoir r = new Reservoir(10, 1, 2);
            for (int from = 0; from < 40; from += 5) {
                Samples s = numbers(from, 5);
                r.offer(s, s.targets(), rng);
            }
            assertEquals(10, r.size());
            Samples drawn = r.draw(200, rng);
            Arrays.stream(drawn.labels()).distinct().forEach(l -> kept[l]++);
            for (int i = 0; i < 200; i++) {
                assertEquals(drawn.labels()[i], drawn.x().get(i, 0), "an example keeps its label");
                assertEquals(10f * drawn.labels()[i], drawn.targets().get(i, 0), "and what was said");
            }
        }
        for (int k : kept) {
            assertEquals(75, k, 38, "a quarter of all trials, within five deviations");
        }
    }

    @Test
    void theLossIsThatOfTheBatchAndOfWhatIsDrawn() {
        Mlp net = born(Parallel.single());
        Reservoir buffer = new Reservoir(1, 6, 4);
        Samples old = (Samples) new ExampleBatches(new Clouds(Shape.of(6), 4, 40), 1, new Rng(9)).next();
        Value answers = Form.FEATURES.allocate(1, 4, 1, 1);
        buffer.offer(old, answers, new Rng(1)); // zeros were said
        Rehearsal rehearsal = new Rehearsal(new CrossEntropy(0), buffer, 0.5, 0.25, (b, y) -> { });
        Samples now = (Samples) new ExampleBatches(new Clouds(Shape.of(6), 4, 40), 8, new Rng(3)).next();
        Samples many = buffer.draw(8, new Rng(5)); // the one example eight times
        double expected;
        try (Eager eager = new Eager(ONE)) {
            Value y = net.forward(eager, now);
            Value z = net.forward(eager, many);
            expected = new CrossEntropy(0).score(ONE, y, now, null).loss() + 0.5 * new CrossEntropy(0).score(ONE, z, many, null).loss()
                    + 0.25 * new MeanSquare().score(ONE, z, many, null).loss();
        }
        try (Loop loop = loop(ONE, net, new ExampleBatches(new Clouds(Shape.of(6), 4, 40), 8, new Rng(3)), rehearsal, List.of(rehearsal), 1)) {
            assertEquals(expected, loop.advance().total(), 1e-5);
            assertEquals(3, rehearsal.passes());
        }
        assertThrows(UserError.class, () -> new Rehearsal(new CrossEntropy(0), buffer, -1, 0, (b, y) -> { }));
        assertThrows(UserError.class, () -> new Reservoir(0, 1, 1));
    }

    @Test
    void theEasiestAreLeftOutAfterTheirLooks() {
        HardExamples examples = new HardExamples(new Clouds(Shape.of(6), 4, 40), 5, Form.FEATURES, 2, 0.5, new Rng(3));
        int[] seen = new int[40];
        for (int batch = 0; batch < 16; batch++) {
            Samples s = examples.next();
            Value y = Form.FEATURES.allocate(5, 4, 1, 1);
            for (int i = 0; i < 5; i++) { // examples of classes 1 and 3 are wrong each time
                int label = s.labels()[i];
                Form.FEATURES.write(new float[] {label < 2 ? 1 : 0, 0, label >= 2 ? 1 : 0, 0}, i, y);
                seen[label]++;
            }
            examples.saw(s, y);
        }
        assertArrayEquals(new int[] {20, 20, 20, 20}, Arrays.copyOf(seen, 4), "two looks at everything");
        for (int batch = 0; batch < 12; batch++) {
            assertTrue(Arrays.stream(examples.next().labels()).allMatch(l -> l % 2 == 1));
        }
        assertEquals((2 * 40 + 3 * 20) / 5, examples.steps(5));
        assertThrows(UserError.class, () -> new HardExamples(new Clouds(Shape.of(6), 4, 40), 5, Form.FEATURES, 2, 1, new Rng(3)));
    }

    /** In a step without choice of positions; the batch alone has gradient a, all together b: |w| + 2 |a| + 3 |b - a|. */
    @Test
    void importanceAndTheMaskFollowTheirFormulas() {
        Mlp net = born(Parallel.single());
        Rehearsal rehearsal = new Rehearsal(new CrossEntropy(0), new Reservoir(30, 6, 4), 1, 0, (b, y) -> { });
        Importance importance = new Importance(rehearsal, 2, 3);
        var p = net.param("layer.0.weight");
        int[] moved = new int[2];
        Hook check = new Hook() {
            private float[] before;

            @Override
            public void afterBackward(Loop loop, long step) {
                float[] w = Slots.of(p.backward()).toArray();
                float[] worth = importance.of(loop, p).toArray();
                float[] a = rehearsal.ofBatch(p).toArray();
                float[] b = loop.gradients().of(p).toArray();
                for (int i = 0; i < w.length; i++) {
                    assertEquals(Math.abs(w[i]) + 2 * Math.abs(a[i]) + 3 * Math.abs(b[i] - a[i]), worth[i], 1e-6);
                }
                moved[0] += step > 0 && !Arrays.equals(a, b) ? 1 : 0;
                before = w;
            }

            @Override
            public void afterStep(Loop loop, long step) {
                float[] w = Slots.of(p.backward()).toArray();
                moved[1] = (int) IntStream.range(0, w.length).filter(i -> w[i] != before[i]).count();
            }
        };
        try (Loop loop = new Loop(ONE, net, new Setup(rehearsal, new ExampleBatches(new Clouds(Shape.of(6), 4, 40), 8, new Rng(3)), new Sgd(0, false, 0), 0.1, new Rates.Constant(0), 10, 4,
                Layout.CSR, List.of(check, new GradientMask(net.sites().subList(0, 1), 0.25, 2, importance), rehearsal), new Rng(4)))) {
            loop.run((s, all, loss, b, seconds) -> assertTrue(moved[1] > 0 && moved[1] <= 9, "a quarter of 36 follow: " + moved[1]));
        }
        assertEquals(3, moved[0], "what is drawn adds to the gradient from the second step on");
        assertThrows(UserError.class, () -> new GradientMask(List.of(), 0, 1, importance));
        assertThrows(UserError.class, () -> new Importance(rehearsal, -1, 0));
    }

    @Test
    void theSameBitsOnAnyNumberOfThreadsAndWhereverItIsStopped() {
        float[] once = train(1, 0);
        assertArrayEquals(once, train(3, 0), 0f);
        assertArrayEquals(once, train(1, 13), 0f);
        assertArrayEquals(once, train(1, 18), 0f, "after positions have moved");
    }

    private float[] train(int threads, long stop) {
        Path state = folder.resolve("state.safetensors");
        try (Parallel parallel = new Parallel(threads)) {
            for (boolean first = stop > 0; ; first = false) {
                Mlp net = born(parallel);
                Compute compute = new Compute(Kernels.best(), parallel);
                HardExamples examples = new HardExamples(new Clouds(Shape.of(6), 4, 40), 8, Form.FEATURES, 2, 0.3, new Rng(3));
                Rehearsal rehearsal = new Rehearsal(new CrossEntropy(0), new Reservoir(10, 6, 4), 1, 0.5, examples);
                Importance importance = new Importance(rehearsal, 0.5, 0.5);
                List<Hook> hooks = List.of(new GradientMask(net.sites().subList(0, 1), 0.5, 4, importance),
                        new Rewire(new Smallest(), new RandomGrowth(), new Churn.Even(6, 0.3, 1), importance), rehearsal);
                try (Loop loop = loop(compute, net, examples, rehearsal, hooks, 30)) {
                    if (first) {
                        while (loop.step() < stop) {
                            loop.advance();
                        }
                        Snapshot.save(state, loop, Map.of());
                        continue;
                    }
                    if (stop > 0) {
                        Snapshot.load(state, loop, Map.of());
                        loop.rehearse(0); // leaves no trace
                    }
                    loop.run((s, all, loss, b, seconds) -> { });
                    Floats w = Slots.of(net.param("layer.0.weight").forward());
                    return w.toArray();
                }
            }
        }
    }

    private static Loop loop(Compute compute, Mlp net, Batches batches, Step step, List<Hook> hooks, long steps) {
        return new Loop(compute, net, new Setup(step, batches, new Sgd(0.9, false, 1e-4), 0.05, new Rates.Constant(0), 10, steps, Layout.CSR, hooks, new Rng(4)));
    }

    private static Mlp born(Parallel parallel) {
        Mlp net = new Mlp(List.of(6, 12, 4), Activation.RELU);
        Birth birth = new Birth(new Compute(Kernels.best(), parallel), net, new Rng(5));
        birth.sparse(net.sites().getFirst(), Sampling.topology(12, 6, 36, new Rng(6)), Layout.CSR);
        birth.dense(net.sites().getLast());
        return net;
    }
}
