package dev.filigree.grad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Window;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Form;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation over images agrees with finite differences, in planes of either order, with lanes and images missing. */
class ImageGradientLawTest {

    private static final Compute SCALAR = new Compute(Kernels.scalar(), Parallel.single());
    private static final List<Window> WINDOWS = List.of(Window.PIXEL, Window.square(3, 1), Window.square(3, 2), new Window(2, 3, 1, 1, 0, 1), new Window(1, 1, 2, 1, 0, 0));

    static Stream<Planes> planes() {
        return Stream.of(Planes.of(1, 3, 5, 7), Planes.of(3, 2, 4, 5), Planes.dealt(5, 3, 5, 4), Planes.dealt(18, 2, 3, 5));
    }

    private static Held sparse(int rows, int inputs, Window w, Rng rng) {
        int cols = inputs * w.taps();
        Topology live = Sampling.topology(rows, cols, Math.ceilDiv(rows * cols, 2), rng);
        return new Held("sparse weight", ConvWeight.pack(Arena.ofAuto(), "weight", live, GradientLawTest.vector(live.count(), 0.4, rng), inputs, w.height(), w.width()));
    }

    private static Held dense(int rows, int inputs, Window w, Rng rng) {
        int cols = inputs * w.taps();
        return new Held("dense weight", Tiled.pack(Arena.ofAuto(), Dense.of(rows, cols, GradientLawTest.vector(rows * cols, 0.4, rng))));
    }

    @ParameterizedTest
    @MethodSource("planes")
    void convolutions(Planes p) {
        for (Window w : WINDOWS) {
            Rng rng = new Rng(w.taps());
            Held bias = GradientLawTest.held("bias", 5, 0, rng);
            Value x = Differences.images(p, rng);
            for (Held weight : List.of(sparse(5, p.channels(), w, rng), dense(5, p.channels(), w, rng))) {
                Differences.check(SCALAR, ops -> ops.conv(weight, bias, Activation.GELU, w, x), List.of(weight, bias), List.of(x), 1);
                Differences.check(SCALAR, ops -> ops.conv(weight, null, Activation.NONE, w, x), List.of(weight), List.of(x), 1);
            }
        }
    }

    private static Held grouped(int rows, int inputs, int groups, Window w, int live, Rng rng) {
        Topology some = Sampling.topology(rows, inputs / groups * w.taps(), live, rng);
        return new Held("weight in groups", ConvWeight.grouped(Arena.ofAuto(), "weight", some, GradientLawTest.vector(live, 0.4, rng), groups, w.height(), w.width()));
    }

    @ParameterizedTest
    @MethodSource("planes")
    void convolutionsInGroups(Planes p) {
        Planes four = p.to(4, p.height(), p.width());
        for (Window w : WINDOWS) {
            for (int groups : new int[] {2, 4}) {
                Rng rng = new Rng(w.taps() + groups);
                int positions = 8 * 4 / groups * w.taps();
                Value x = Differences.images(four, rng);
                for (int live : new int[] {Math.ceilDiv(positions, 2), positions}) {
                    Held weight = grouped(8, 4, groups, w, live, rng);
                    Differences.check(SCALAR, ops -> ops.conv(weight, null, Activation.GELU, w, x), List.of(weight), List.of(x), 1);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("planes")
    void convolutionsThroughAReluHaveTheGradientOfTheActivationApart(Planes p) {
        Rng rng = new Rng(2);
        Held weight = sparse(4, p.channels(), Window.square(3, 1), rng);
        Value x = Differences.images(p, rng);
        float[] together = gradient(weight, x, true);
        float[] apart = gradient(weight, x, false);
        for (int i = 0; i < apart.length; i++) {
            assertEquals(apart[i], together[i], 1e-6 * (1 + Math.abs(apart[i])), "slot " + i);
        }
    }

    private static float[] gradient(Held weight, Value x, boolean together) {
        Gradients g = new Gradients(List.of(weight));
        try (Tape tape = new Tape(SCALAR, g)) {
            Window w = Window.square(3, 1);
            Value y = together ? tape.conv(weight, null, Activation.RELU, w, x) : tape.activate(Activation.RELU, tape.conv(weight, null, Activation.NONE, w, x));
            tape.seed(y, Differences.images(y.planes(), new Rng(3)).data());
            tape.backward();
        }
        return g.of(weight).toArray();
    }

    @ParameterizedTest
    @MethodSource("planes")
    void convolutionsOfEveryChannelByItself(Planes p) {
        for (Window w : WINDOWS) {
            Rng rng = new Rng(w.taps());
            Held weight = new Held("weight", Dense.of(p.channels(), w.taps(), GradientLawTest.vector(p.channels() * w.taps(), 0.4, rng)));
            Held bias = GradientLawTest.held("bias", p.channels(), 0, rng);
            Value x = Differences.images(p, rng);
            Differences.check(SCALAR, ops -> ops.depthwise(weight, bias, Activation.GELU, w, x), List.of(weight, bias), List.of(x), 2);
        }
    }

    private static BatchNorm norm(int channels, Rng rng) {
        return new BatchNorm(GradientLawTest.held("gain", channels, 1, rng), GradientLawTest.held("shift", channels, 0, rng), GradientLawTest.held("mean", channels, 0, rng),
                GradientLawTest.held("variance", channels, 2, rng), 0.1f, 1e-3f);
    }

    @ParameterizedTest
    @MethodSource("planes")
    void batchNorm(Planes p) {
        Rng rng = new Rng(3);
        BatchNorm n = norm(p.channels(), rng);
        Value x = Differences.images(p, rng);
        Value residual = Differences.images(p, rng);
        List<Held> params = List.of((Held) n.gain(), (Held) n.shift());
        Differences.checkTrained(SCALAR, ops -> ops.batchNorm(n, false, x, null), params, List.of(x), 3);
        Differences.checkTrained(SCALAR, ops -> ops.batchNorm(n, false, x, residual), params, List.of(x, residual), 3);
        Differences.checkTrained(SCALAR, ops -> ops.batchNorm(n, false, x, x), params, List.of(x), 3);
    }

    @ParameterizedTest
    @MethodSource("planes")
    void batchNormWithAReluIsTheReluOfBatchNormWithBothGradients(Planes p) {
        Rng rng = new Rng(4);
        BatchNorm n = norm(p.channels(), rng);
        Value x = Differences.images(p, rng);
        Value residual = Differences.images(p, rng);
        List<float[]> together = normGradients(n, x, residual, true);
        List<float[]> apart = normGradients(n, x, residual, false);
        for (int k = 0; k < apart.size(); k++) {
            for (int i = 0; i < apart.get(k).length; i++) {
                assertEquals(apart.get(k)[i], together.get(k)[i], 1e-5 * (1 + Math.abs(apart.get(k)[i])), k + " at " + i);
            }
        }
    }

    private static List<float[]> normGradients(BatchNorm n, Value x, Value residual, boolean together) {
        Gradients g = new Gradients(List.of(n.gain(), n.shift()));
        try (Tape tape = new Tape(SCALAR, g)) {
            tape.watch(x);
            tape.watch(residual);
            Value y = together ? tape.batchNorm(n, true, x, residual) : tape.activate(Activation.RELU, tape.batchNorm(n, false, x, residual));
            tape.seed(y, Differences.images(y.planes(), new Rng(5)).data());
            tape.backward();
            return List.of(y.data().toArray(), tape.gradient(x).data().toArray(), tape.gradient(residual).data().toArray(), g.of(n.gain()).toArray(),
                    g.of(n.shift()).toArray());
        }
    }

    @ParameterizedTest
    @MethodSource("planes")
    void runningStatisticsFollowThoseOfTheBatchAndAreUsedOutsideOfTraining(Planes p) {
        Rng rng = new Rng(6);
        BatchNorm n = norm(p.channels(), rng);
        Value x = Differences.images(p, rng);
        List<Double> pixels = new ArrayList<>();
        for (int i = 0; i < p.images(); i++) {
            for (int q = 0; q < p.height() * p.width(); q++) {
                pixels.add((double) x.data().get(p.at(i, 1, q / p.width(), q % p.width())));
            }
        }
        double mean = pixels.stream().mapToDouble(v -> v).average().orElseThrow();
        double variance = pixels.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum() / (pixels.size() - 1);
        double meanBefore = ((Dense) n.mean().forward()).floats().get(1);
        double varianceBefore = ((Dense) n.variance().forward()).floats().get(1);
        try (Tape tape = new Tape(SCALAR, new Gradients(List.of())); Eager eager = new Eager(SCALAR)) {
            tape.batchNorm(n, false, x, null);
            float meanNow = ((Dense) n.mean().forward()).floats().get(1);
            float varianceNow = ((Dense) n.variance().forward()).floats().get(1);
            assertEquals(0.9 * meanBefore + 0.1 * mean, meanNow, 1e-5);
            assertEquals(0.9 * varianceBefore + 0.1 * variance, varianceNow, 1e-5);
            float gain = ((Dense) n.gain().forward()).floats().get(1);
            float shift = ((Dense) n.shift().forward()).floats().get(1);
            int at = p.at(p.images() - 1, 1, 0, 2);
            assertEquals(gain * (x.data().get(at) - meanNow) / Math.sqrt(varianceNow + 1e-3) + shift, eager.batchNorm(n, false, x, null).data().get(at), 1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("planes")
    void pooling(Planes p) {
        for (Window w : List.of(new Window(2, 2, 2, 1, 0, 0), Window.square(3, 2), new Window(2, 3, 1, 1, 1, 2))) {
            Value x = apart(Differences.images(p, new Rng(7)));
            Differences.check(SCALAR, ops -> ops.maxPool(w, x), List.of(), List.of(x), 7);
            Differences.check(SCALAR, ops -> ops.meanPool(w, x), List.of(), List.of(x), 7);
        }
        Value x = Differences.images(p, new Rng(8));
        Differences.check(SCALAR, ops -> ops.globalMean(x), List.of(), List.of(x), 8);
    }

    /** Different numbers so far apart that a small step changes no order. */
    private static Value apart(Value x) {
        int n = 0;
        Planes p = x.planes();
        int[] order = new Rng(9).permutation(p.images() * p.channels() * p.height() * p.width());
        for (int i = 0; i < p.images(); i++) {
            for (int c = 0; c < p.channels(); c++) {
                for (int q = 0; q < p.height() * p.width(); q++) {
                    x.data().set(p.at(i, c, q / p.width(), q % p.width()), 0.05f * order[n++]);
                }
            }
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("planes")
    void flatten(Planes p) {
        Value x = Differences.images(p, new Rng(10));
        Differences.check(SCALAR, ops -> ops.flatten(x), List.of(), List.of(x), 10);
        try (Eager eager = new Eager(SCALAR)) {
            Value y = eager.flatten(x);
            assertEquals(x.data().get(p.at(p.images() - 1, 1, 2, 3)), y.get(p.images() - 1, (p.height() + 2) * p.width() + 3));
        }
    }

    @Test
    void dropout() {
        Value x = Differences.random(9, 21, 16, new Rng(11));
        Differences.checkTrained(SCALAR, ops -> ops.dropout(0.3, x), List.of(), List.of(x), 11);
        try (Tape tape = new Tape(SCALAR, new Gradients(List.of()), () -> new Rng(12)); Eager eager = new Eager(SCALAR)) {
            Value ones = new Value(Floats.allocate(160 * 64).fill(1f), 160, 64, 64);
            int dropped = 0;
            for (float v : tape.dropout(0.3, ones).data().toArray()) {
                dropped += v == 0 ? 1 : 0;
            }
            assertEquals(0.3, dropped / 10240.0, 0.02);
            assertEquals(1f, eager.dropout(0.3, ones).get(0, 0));
            assertNotEquals(0, dropped);
        }
    }

    @ParameterizedTest
    @MethodSource("planes")
    void aProjectedConvolutionIsThatOfItsSurvivorsAndTheGradientGoesStraightThrough(Planes p) {
        for (Window w : WINDOWS) {
            Rng rng = new Rng(w.taps());
            Held survivors = sparse(5, p.channels(), w, rng);
            Held projected = dense(5, p.channels(), w, rng);
            projected.project(survivors.forward(), null);
            Held zeros = new Held("with zeros", Tiled.pack(Arena.ofAuto(), survivors.forward()));
            Value x = Differences.images(p, rng);
            List<float[]> seen = new ArrayList<>();
            for (Held weight : List.of(zeros, projected)) {
                Gradients g = new Gradients(List.of(weight));
                try (Tape tape = new Tape(SCALAR, g)) {
                    tape.watch(x);
                    Value y = tape.conv(weight, null, Activation.NONE, w, x);
                    seen.add(y.data().toArray());
                    tape.seed(y, Differences.images(y.planes(), new Rng(3)).data());
                    tape.backward();
                    seen.add(tape.gradient(x).data().toArray());
                    seen.add(g.of(weight).toArray());
                }
            }
            for (int i = 0; i < 3; i++) {
                assertArrayEquals(seen.get(i), seen.get(i + 3), 1e-4f, List.of("output", "gradient at x", "gradient at every position").get(i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("planes")
    void factorsAreTheGradientAtEveryPosition(Planes p) {
        Window w = Window.square(3, 1);
        Rng rng = new Rng(13);
        factorsAreTheGradient(dense(7, p.channels(), w, rng), w, Differences.images(p, rng), rng);
        int inputs = 2 * p.channels();
        Value twice = Differences.images(p.to(inputs, p.height(), p.width()), rng);
        factorsAreTheGradient(grouped(10, inputs, 2, w, 10 * p.channels() * 9, rng), w, twice, rng);
    }

    private static void factorsAreTheGradient(Held weight, Window w, Value x, Rng rng) {
        int cols = weight.forward().cols();
        Gradients g = new Gradients(List.of(weight));
        try (Tape tape = new Tape(SCALAR, g)) {
            tape.keepFactors(weight);
            Value y = tape.conv(weight, null, Activation.NONE, w, x);
            tape.seed(y, Differences.images(y.planes(), rng).data());
            tape.backward();
            for (int[] strip : new int[][] {{0, 7}, {4, 3}, {0, 4}, {3, 4}}) {
                Floats out = Floats.allocate(strip[1] * cols);
                tape.factors(weight).getFirst().addStrip(SCALAR, strip[0], strip[1], out);
                weight.forward().forEach((r, c, slot, v) -> {
                    if (r >= strip[0] && r < strip[0] + strip[1]) {
                        assertEquals(g.of(weight).get(slot), out.get((r - strip[0]) * cols + c), 1e-4, r + ", " + c);
                    }
                });
            }
        }
    }

    @Test
    void planesAndFeaturesHoldTheSameNumbers() {
        float[] example = new float[2 * 3 * 4];
        for (int i = 0; i < example.length; i++) {
            example[i] = i;
        }
        for (int images : new int[] {1, 5, 18}) {
            Value planes = Form.PLANES.allocate(images, 2, 3, 4);
            Value features = Form.FEATURES.allocate(images, 2, 3, 4);
            Form.PLANES.write(example, images - 1, planes);
            Form.FEATURES.write(example, images - 1, features);
            assertEquals(22f, planes.data().get(planes.planes().at(images - 1, 1, 2, 2)));
            assertEquals(22f, features.get(images - 1, 22));
        }
    }
}
