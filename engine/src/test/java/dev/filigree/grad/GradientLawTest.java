package dev.filigree.grad;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.VectorWidths;
import dev.filigree.model.Bert;
import dev.filigree.model.Models;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Heads;
import dev.filigree.ops.Held;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.RowGroups;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every differentiable operation agrees with finite differences, and the way back is sparse and repeatable. */
class GradientLawTest {

    private static final Compute SCALAR = new Compute(Kernels.scalar(), Parallel.single());
    private static final Arena AUTO = Arena.ofAuto();

    /** Sequences of 1 to 40 tokens: some cross a panel of 16 tokens. */
    private static final Spans SPANS = new Spans(new int[] {0, 1, 14, 15, 55, 58});

    /** A layout that is trained, and the rows and columns that its blocks take. */
    record Case(String name, Layout layout, int blockRows, int blockCols) {
        Case(String name, Layout layout, int blockRows) {
            this(name, layout, blockRows, 1);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> layouts() {
        return Stream.of(new Case("csr of one chunk", Layout.csr(1000), 1), new Case("csr in chunks of 5", Layout.csr(5), 1),
                new Case("2x1", Layout.blocks(2), 2), new Case("4x1", Layout.blocks(4), 4), new Case("8x1", Layout.blocks(8), 8),
                groups(4, 1000), groups(8, 8));
    }

    /** Groups of the largest size up to {@code most} that the columns allow. */
    private static Case groups(int most, int chunk) {
        return new Case("1x" + most + " in chunks of " + chunk, (arena, t, v) -> RowGroups.sizeFor(most, t.cols()) == 1 ? Layout.CSR.pack(arena, t, v)
                : RowGroups.pack(arena, t, v, RowGroups.sizeFor(most, t.cols()), chunk), 1, most);
    }

    static Weight weight(int rows, int cols, double density, Case how, Rng rng) {
        Topology.Builder b = new Topology.Builder(rows, cols, 16);
        for (int block = 0; block < rows; block += how.blockRows) {
            for (int c = 0; c < cols; c += how.blockCols) {
                if (rng.nextDouble() < density) {
                    for (int r = block; r < Math.min(rows, block + how.blockRows); r++) {
                        for (int i = c; i < Math.min(cols, c + how.blockCols); i++) {
                            b.add(r, i);
                        }
                    }
                }
            }
        }
        Topology live = b.build();
        return how.layout.pack(AUTO, live, vector(live.count(), 0.3, rng));
    }

    static Floats vector(int n, double spread, Rng rng) {
        Floats v = Floats.allocate(n);
        for (int i = 0; i < n; i++) {
            v.set(i, (float) (spread * rng.nextGaussian()));
        }
        return v;
    }

    static Held held(String name, int rows, double mean, Rng rng) {
        Floats v = vector(rows, 0.3, rng);
        for (int i = 0; i < rows; i++) {
            v.set(i, (float) (v.get(i) + mean));
        }
        return new Held(name, Dense.of(rows, 1, v));
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void linear(Case how) {
        for (int[] shape : new int[][] {{8, 8, 1}, {13, 7, 17}, {16, 23, 40}, {16, 24, 18}, {5, 1, 3}}) {
            for (Activation f : new Activation[] {Activation.NONE, Activation.GELU}) {
                Rng rng = new Rng(shape[0]);
                Held w = new Held("weight", weight(shape[0], shape[1], 0.6, how, rng));
                Held b = held("bias", shape[0], 0, rng);
                Value x = Differences.random(shape[1], shape[2], 16, rng);
                Differences.check(SCALAR, ops -> ops.linear(w, b, f, x), List.of(w, b), List.of(x), 1);
            }
        }
    }

    @Test
    void linearWithAWeightThatIsNotTrained() {
        Rng rng = new Rng(2);
        Held w = new Held("weight", Tiled.pack(AUTO, Dense.of(13, 7, vector(91, 0.3, rng))));
        Held b = held("bias", 13, 0, rng);
        Value x = Differences.random(7, 19, 16, rng);
        Differences.check(SCALAR, ops -> ops.linear(w, b, Activation.GELU, x), List.of(b), List.of(x), 2);
    }

    @Test
    void norm() {
        Rng rng = new Rng(3);
        Held gain = held("gain", 11, 1, rng);
        Held shift = held("shift", 11, 0, rng);
        Value x = Differences.random(11, 37, 16, rng);
        Differences.check(SCALAR, ops -> ops.norm(new LayerNorm(gain, shift, 1e-5f), x), List.of(gain, shift), List.of(x), 3);
    }

    @Test
    void addOfAValueUsedTwice() {
        Rng rng = new Rng(4);
        Value a = Differences.random(5, 18, 16, rng);
        Value b = Differences.random(5, 18, 16, rng);
        Differences.check(SCALAR, ops -> ops.add(ops.add(a, b), a), List.of(), List.of(a, b), 4);
        Differences.check(SCALAR, ops -> ops.add(a, a), List.of(), List.of(a), 4);
    }

    @Test
    void attention() {
        Rng rng = new Rng(5);
        Value q = Differences.random(12, SPANS.tokens(), 16, rng);
        Value k = Differences.random(12, SPANS.tokens(), 16, rng);
        Value v = Differences.random(12, SPANS.tokens(), 16, rng);
        Differences.check(SCALAR, ops -> ops.attend(new Heads(3, 4), q, k, v, SPANS), List.of(), List.of(q, k, v), 5);
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void pool(Pooling how) {
        Value x = Differences.random(7, SPANS.tokens(), 16, new Rng(6));
        Differences.check(SCALAR, ops -> ops.pool(how, x, SPANS), List.of(), List.of(x), 6);
    }

    @Test
    void normalize() {
        Value x = Differences.random(9, 21, 16, new Rng(7));
        Differences.check(SCALAR, ops -> ops.normalize(x), List.of(), List.of(x), 7);
    }

    @ParameterizedTest
    @EnumSource(Pooling.class)
    void wholeEncoder(Pooling how) {
        Bert bert = Models.sparse(Models.config(how), 8, 0.5, Layout.csr(10));
        Tokens batch = Tokens.of(Models.sequences(5, 25, 40, 8));
        Differences.check(SCALAR, ops -> bert.forward(ops, batch), encoder(bert), List.of(), 8);
    }

    @Test
    void seedsAtSeveralValuesAddUp() {
        Bert bert = Models.sparse(Models.config(Pooling.MEAN), 9, 0.5, Layout.CSR);
        Tokens batch = Tokens.of(Models.sequences(4, 25, 40, 9));
        Value mid = Differences.random(24, batch.tokens(), Kernels.widthFor(batch.tokens()), new Rng(9));
        Value end = Differences.random(24, 4, 16, new Rng(10));
        float[] both = gradient(bert, batch, mid, end);
        float[] one = gradient(bert, batch, mid, null);
        float[] other = gradient(bert, batch, null, end);
        for (int i = 0; i < both.length; i++) {
            assertEquals(one[i] + other[i], both[i], 1e-4 * (1 + Math.abs(both[i])), "slot " + i);
        }
    }

    private static float[] gradient(Bert bert, Tokens batch, Value mid, Value end) {
        Held w = bert.param("encoder.layer.0.output.dense.weight");
        Gradients g = new Gradients(List.of(w));
        try (Tape tape = new Tape(SCALAR, g)) {
            Value x = bert.block(tape, 0, bert.enter(tape, batch), batch);
            Value y = bert.leave(tape, bert.block(tape, 1, x, batch), batch);
            if (mid != null) {
                tape.seed(x, mid.data());
            }
            if (end != null) {
                tape.seed(y, end.data());
            }
            tape.backward();
        }
        return g.of(w).toArray();
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void sameBitsForAnyNumberOfThreadsAndAnyRoundAndTheSameGradientsAtEveryVectorWidth(Case how) {
        Bert bert = Models.sparse(Models.config(Pooling.MEAN), 11, 0.3, Layout.CSR);
        bert.sites().forEach(s -> bert.param(s).set(weight(s.rows(), s.cols(), 0.4, how, new Rng(11).split(s.name()))));
        List<float[]> scalar = null;
        for (Kernels kernels : VectorWidths.andScalar()) {
            List<float[]> expected = null;
            for (int threads = 1; threads <= 3; threads++) {
                try (Parallel parallel = new Parallel(threads)) {
                    for (List<float[]> round : rounds(bert, new Compute(kernels, parallel))) {
                        for (int i = 0; expected != null && i < round.size(); i++) {
                            assertArrayEquals(expected.get(i), round.get(i), "parameter " + i + " with " + threads + " threads, " + kernels.name());
                        }
                        expected = round;
                    }
                }
            }
            scalar = scalar == null ? expected : scalar;
            for (int i = 0; i < scalar.size(); i++) {
                assertArrayEquals(scalar.get(i), expected.get(i), 1e-4f * largest(scalar.get(i)) + 1e-6f, "parameter " + i + ", " + kernels.name());
            }
        }
    }

    private static float largest(float[] values) {
        float largest = 0;
        for (float v : values) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }

    /** Two rounds with a shorter batch between them: buffers that are used again leave no trace. */
    private static List<List<float[]>> rounds(Bert bert, Compute compute) {
        List<List<float[]>> out = new ArrayList<>();
        Gradients g = new Gradients(encoder(bert));
        try (Tape tape = new Tape(compute, g)) {
            for (int tokens : new int[] {60, 7, 60}) {
                Tokens batch = Tokens.of(Models.sequences(4, tokens, 40, tokens));
                g.clear(compute);
                Value y = bert.forward(tape, batch);
                tape.seed(y, Differences.random(24, 4, y.width(), new Rng(12)).data());
                tape.backward();
                tape.reset();
                if (tokens == 60) {
                    out.add(g.params().stream().map(p -> g.of(p).toArray()).toList());
                }
            }
        }
        return out;
    }

    @Test
    void nothingIsRememberedBelowTheFirstTrainedParameter() {
        Bert bert = Models.sparse(Models.config(Pooling.MEAN), 13, 0.5, Layout.CSR);
        Tokens batch = Tokens.of(Models.sequences(4, 25, 40, 13));
        Held last = bert.param("encoder.layer.1.output.dense.weight");
        Gradients g = new Gradients(List.of(last));
        try (Tape tape = new Tape(SCALAR, g)) {
            Value x = bert.block(tape, 0, bert.enter(tape, batch), batch);
            assertFalse(tape.carries(x));
            assertTrue(tape.carries(bert.block(tape, 1, x, batch)));
        }
    }

    @Test
    void whatCannotBeTrainedIsRefused() {
        for (Layout serving : List.of(Layout.BITMAP, Layout.SLICED)) {
            Bert packed = Models.sparse(Models.config(Pooling.MEAN), 14, 0.5, serving);
            assertThrows(IllegalArgumentException.class, () -> new Gradients(List.of(packed.param("encoder.layer.0.output.dense.weight"))));
        }
    }

    @Test
    void nothingOfTheDenseSizeIsHeld() {
        int n = 300;
        Rng rng = new Rng(15);
        for (Case how : layouts().toList()) {
            Held w = new Held("weight", weight(n, n, 0.02, how, rng));
            Gradients g = new Gradients(List.of(w));
            try (Tape tape = new Tape(SCALAR, g)) {
                Value x = Differences.random(n, 16, 16, rng);
                tape.watch(x);
                Value y = tape.linear(w, null, Activation.GELU, x);
                tape.seed(y, y.data());
                tape.backward();
                int largest = Buffers.largest(tape);
                assertTrue(largest >= n * 16, "the search found buffers");
                assertTrue(largest < n * n / 4, how + ": a buffer of " + largest + " elements for a weight of " + n * n + " positions");
            }
        }
    }

    static List<Held> encoder(Bert bert) {
        return bert.params().stream().filter(p -> p.name().startsWith("encoder.")).toList();
    }
}
