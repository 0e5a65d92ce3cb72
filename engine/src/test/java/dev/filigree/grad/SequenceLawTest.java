package dev.filigree.grad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Heads;
import dev.filigree.ops.Held;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.RmsNorm;
import dev.filigree.ops.Rotary;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operations of recurrent networks, decoders and graphs agree with finite differences. */
class SequenceLawTest {

    private static final Compute SCALAR = new Compute(Kernels.scalar(), Parallel.single());

    @Test
    void productsAndDifferencesOfTwoValuesAndOfOneWithItself() {
        Rng rng = new Rng(1);
        Value a = Differences.random(5, 18, 16, rng);
        Value b = Differences.random(5, 18, 16, rng);
        Differences.check(SCALAR, ops -> ops.multiply(ops.multiply(a, b), a), List.of(), List.of(a, b), 1);
        Differences.check(SCALAR, ops -> ops.multiply(a, a), List.of(), List.of(a), 1);
        Differences.check(SCALAR, ops -> ops.multiply(ops.subtract(a, b), ops.subtract(b, a)), List.of(), List.of(a, b), 1);
    }

    @ParameterizedTest
    @EnumSource(value = Activation.class, names = {"GELU", "GELU_TANH", "SILU", "TANH", "SIGMOID"})
    void activate(Activation f) {
        Value x = Differences.random(5, 18, 16, new Rng(2));
        Differences.check(SCALAR, ops -> ops.activate(f, x), List.of(), List.of(x), 2);
    }

    @ParameterizedTest
    @CsvSource({"0, 16", "16, 16", "16, 21", "32, 5", "3, 20", "7, 1", "0, 37"})
    void someTokens(int from, int count) {
        Value x = Differences.random(5, 37, 16, new Rng(3));
        Differences.check(SCALAR, ops -> ops.activate(Activation.TANH, ops.tokens(x, from, count)), List.of(), List.of(x), 3);
    }

    @Test
    void tokensInAnotherOrderAndOneTwice() {
        Value x = Differences.random(5, 21, 16, new Rng(12));
        int[] order = {3, 0, 20, 3, 17, 16, 15};
        Differences.check(SCALAR, ops -> ops.activate(Activation.TANH, ops.pick(x, order)), List.of(), List.of(x), 12);
        assertEquals(x.get(20, 4), SCALARLY.pick(x, order).get(2, 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 16, 37})
    void someFeatures(int tokens) {
        Value x = Differences.random(7, tokens, 16, new Rng(4));
        Differences.check(SCALAR, ops -> ops.multiply(ops.features(x, 1, 3), ops.features(x, 4, 3)), List.of(), List.of(x), 4);
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 16, 37})
    void featuresInAnotherOrderAndOneTwice(int tokens) {
        Value x = Differences.random(7, tokens, 16, new Rng(13));
        int[] which = {6, 0, 3, 3};
        Differences.check(SCALAR, ops -> ops.activate(Activation.TANH, ops.features(x, which)), List.of(), List.of(x), 13);
        assertEquals(x.get(tokens - 1, 6), SCALARLY.features(x, which).get(tokens - 1, 0));
    }

    @Test
    void theLargestTokenOfASequence() {
        Value x = Differences.random(5, 21, 16, new Rng(15));
        Spans spans = new Spans(new int[] {0, 1, 9, 21});
        Differences.check(SCALAR, ops -> ops.activate(Activation.TANH, ops.largest(x, spans)), List.of(), List.of(x), 15);
        Value most = SCALARLY.largest(x, spans);
        assertEquals(x.get(0, 3), most.get(0, 3));
        assertEquals(IntStream.range(9, 21).mapToDouble(t -> x.get(t, 4)).max().orElseThrow(), most.get(2, 4));
    }

    @Test
    void aMultiple() {
        Value x = Differences.random(5, 18, 16, new Rng(14));
        Differences.check(SCALAR, ops -> ops.activate(Activation.TANH, ops.scale(-2.5f, x)), List.of(), List.of(x), 14);
        assertEquals(-2.5f * x.get(17, 4), SCALARLY.scale(-2.5f, x).get(17, 4));
    }

    @ParameterizedTest
    @CsvSource({"16, 32, 5", "3, 20, 16", "1, 1, 1"})
    void partsJoined(int one, int two, int three) {
        Rng rng = new Rng(5);
        Value a = Differences.random(4, one, 16, rng);
        Value b = Differences.random(4, two, 16, rng);
        Value c = Differences.random(4, three, 16, rng);
        Differences.check(SCALAR, ops -> ops.join(List.of(a, b, c)), List.of(), List.of(a, b, c), 5);
        Value whole = SCALARLY.join(List.of(a, b, c));
        for (int f = 0; f < 4; f++) {
            assertEquals(b.get(two - 1, f), whole.get(one + two - 1, f));
            assertEquals(c.get(0, f), whole.get(one + two, f));
        }
    }

    private static final Ops SCALARLY = new dev.filigree.ops.Eager(SCALAR);

    @Test
    void aPartOfPanelsIsAViewAndReleasingItKeepsTheWhole() {
        Value x = SCALARLY.input(Differences.random(4, 48, 16, new Rng(6)));
        Value part = SCALARLY.tokens(x, 16, 32);
        assertSame(x, part.owner());
        SCALARLY.release(part);
        SCALARLY.release(x); // would throw had the part given the memory back
    }

    @Test
    void sumsOverNeighbours() {
        int n = 21;
        Rng rng = new Rng(7);
        Topology.Builder b = new Topology.Builder(n, n, n);
        float[][] a = new float[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                a[i][j] = a[j][i] = rng.nextDouble() < 0.2 ? (float) rng.nextGaussian() : 0;
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (a[i][j] != 0) {
                    b.add(i, j);
                }
            }
        }
        Topology live = b.build();
        Floats values = Floats.allocate(live.count());
        int at = 0;
        for (float[] row : a) {
            for (float v : row) {
                if (v != 0) {
                    values.set(at++, v);
                }
            }
        }
        Held adjacency = new Held("adjacency", Csr.pack(Arena.ofAuto(), live, values, 8));
        Value x = Differences.random(5, n, 16, rng);
        Differences.check(SCALAR, ops -> ops.aggregate(adjacency, x), List.of(), List.of(x), 7);
        Differences.check(SCALAR, ops -> ops.aggregate(adjacency, x), List.of(adjacency), List.of(), 7); // entries that are learned
        Value y = SCALARLY.aggregate(adjacency, x);
        double expected = 0;
        for (int j = 0; j < n; j++) {
            expected += a[20][j] * x.get(j, 3);
        }
        assertEquals(expected, y.get(20, 3), 1e-5);
    }

    @Test
    void rmsNorm() {
        Rng rng = new Rng(8);
        Held gain = GradientLawTest.held("gain", 11, 1, rng);
        Value x = Differences.random(11, 37, 16, rng);
        Differences.check(SCALAR, ops -> ops.rmsNorm(new RmsNorm(gain, 1e-5f), x), List.of(gain), List.of(x), 8);
    }

    @Test
    void causalAttention() {
        Rng rng = new Rng(9);
        Spans spans = new Spans(new int[] {0, 1, 14, 15, 55, 58});
        Value q = Differences.random(12, spans.tokens(), 16, rng);
        Value k = Differences.random(12, spans.tokens(), 16, rng);
        Value v = Differences.random(12, spans.tokens(), 16, rng);
        Differences.check(SCALAR, ops -> ops.attend(new Heads(3, 4, true), q, k, v, spans), List.of(), List.of(q, k, v), 9);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rotaryPositions(boolean neighbours) {
        Value x = Differences.random(12, 21, 16, new Rng(13));
        int[] positions = IntStream.range(0, 21).map(t -> 3 * t % 17).toArray();
        Rotary rotary = new Rotary(4, 50, neighbours);
        Differences.check(SCALAR, ops -> ops.activate(Activation.TANH, ops.rotate(rotary, x, positions)), List.of(), List.of(x), 13);
        Value y = SCALARLY.rotate(rotary, x, positions);
        int second = neighbours ? 1 : 2;
        double angle = positions[18] * 1.0; // of the first pair of a head
        assertEquals(x.get(18, 8) * Math.cos(angle) - x.get(18, 8 + second) * Math.sin(angle), y.get(18, 8), 1e-5);
        assertEquals(x.get(18, 8) * Math.sin(angle) + x.get(18, 8 + second) * Math.cos(angle), y.get(18, 8 + second), 1e-5);
        double slow = positions[18] / Math.sqrt(50); // of the second
        int first = neighbours ? 2 : 1;
        assertEquals(x.get(18, 8 + first) * Math.cos(slow) - x.get(18, 11) * Math.sin(slow), y.get(18, 8 + first), 1e-5);
    }

    @Test
    void keysThatSeveralHeadsShare() {
        Value x = Differences.random(6, 21, 16, new Rng(14));
        Differences.check(SCALAR, ops -> ops.activate(Activation.TANH, ops.repeat(3, 4, x)), List.of(), List.of(x), 14);
        Value y = SCALARLY.repeat(3, 4, x);
        for (int f = 0; f < 24; f++) {
            assertEquals(x.get(17, f / 12 * 3 + f % 3), y.get(17, f));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tablesOfWhichOneIsTiedToTheOutput(boolean packed) {
        Rng rng = new Rng(10);
        Dense plain = Dense.of(11, 6, GradientLawTest.vector(66, 0.5, rng));
        Held words = new Held("words", packed ? Tiled.pack(Arena.ofAuto(), plain) : plain);
        Held places = new Held("places", Dense.of(5, 6, GradientLawTest.vector(30, 0.5, rng)));
        int[] ids = {0, 3, 3, 10, 7, 3, 0, 1, 2, 5, 6, 6, 8, 9, 4, 10, 3};
        int[] at = {0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1};
        List<Lookup> tables = List.of(new Lookup(words, ids), new Lookup(places, at));
        Differences.check(SCALAR, ops -> {
            Value x = ops.activate(Activation.TANH, ops.embed(tables));
            return packed ? ops.linear(words, null, Activation.NONE, x) : x;
        }, List.of(words, places), List.of(), 10);
    }

    @Test
    void aWeightUsedInEveryStepAddsUpItsGradientsAndItsFactors() {
        Rng rng = new Rng(11);
        Weight sparse = GradientLawTest.weight(8, 8, 0.5, new GradientLawTest.Case("csr", Layout.csr(5), 1), rng);
        Held w = new Held("recurrent", sparse);
        Value x = Differences.random(8, 48, 16, rng);
        Differences.check(SCALAR, ops -> steps(ops, w, x), List.of(w), List.of(x), 11);

        Gradients g = new Gradients(List.of(w));
        try (Tape tape = new Tape(SCALAR, g)) {
            tape.keepFactors(w);
            Value y = steps(tape, w, x);
            tape.seed(y, y.data());
            tape.backward();
            assertEquals(3, tape.factors(w).size());
            Floats dense = Floats.allocate(64);
            tape.factors(w).forEach(f -> f.addStrip(SCALAR, 0, 8, dense));
            sparse.forEach((r, c, slot, v) -> assertEquals(g.of(w).get(slot), dense.get(r * 8 + c), 1e-4, "row " + r + ", column " + c));
        }
    }

    /** {@code h = tanh(x_t + W h)} for three steps of 16 tokens. */
    private static Value steps(Ops ops, Held w, Value x) {
        Value h = ops.tokens(x, 0, 16);
        for (int t = 0; t < 3; t++) {
            h = ops.activate(Activation.TANH, ops.linearAdd(w, null, Activation.NONE, h, ops.tokens(x, 16 * t, 16)));
        }
        return h;
    }
}
