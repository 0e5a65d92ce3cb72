package dev.filigree.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.CodedGroup;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.VectorWidths;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class CodedGroupsTest {

    @Test
    void aGroupWhoseNumbersAreStepsIsKeptExactly() {
        float[] steps = new float[16];
        for (int i = 0; i < 16; i++) {
            steps[i] = 0.375f * (i - 5);
        }
        Grid grid = Grid.of(steps, 0, 16);
        assertEquals(new Grid(0.375f, 5), grid);
        for (int i = 0; i < 16; i++) {
            assertEquals(i, grid.code(steps[i]));
            assertEquals(steps[i], grid.value(i));
        }
    }

    @Test
    void whatWasRoundedStaysAndNoNumberMovesByMoreThanHalfOfAStepOfTheWholeSpan() {
        Rng rng = new Rng(3);
        for (int trial = 0; trial < 2000; trial++) {
            float[] v = new float[16];
            double squares = 0;
            double bound = 0;
            float low = 0;
            float high = 0;
            for (int i = 0; i < 16; i++) {
                v[i] = (float) ((trial % 3 == 0 ? Math.abs(rng.nextGaussian()) : rng.nextGaussian()) * Math.pow(10, trial % 7 - 3));
                low = Math.min(low, v[i]);
                high = Math.max(high, v[i]);
            }
            Grid grid = Grid.of(v, 0, 16);
            float[] rounded = new float[16];
            for (int i = 0; i < 16; i++) {
                rounded[i] = grid.value(grid.code(v[i]));
                squares += Math.pow(rounded[i] - v[i], 2);
                bound += Math.pow((high - low) / 15 * 1.05, 2); // a step at most where zero falls between steps
            }
            assertTrue(squares <= bound, "trial " + trial);
            Grid again = Grid.of(rounded, 0, 16);
            for (int i = 0; i < 16; i++) {
                assertEquals(rounded[i], again.value(again.code(rounded[i])), "trial " + trial);
            }
        }
        Grid none = Grid.of(new float[16], 0, 16);
        assertEquals(0f, none.value(none.code(0f)));
    }

    @Test
    void aProductIsThatOfTheRoundedWeight() {
        for (Kernels kernels : VectorWidths.andScalar()) {
            try (Parallel parallel = new Parallel(2)) {
                Compute compute = new Compute(kernels, parallel);
                for (int[] shape : new int[][] {{1, 16}, {7, 48}, {61, 128}, {97, 1600}}) {
                    CodedGroups w = random(shape[0], shape[1], 0.5);
                    for (int tokens : new int[] {1, 5, 16, 70}) {
                        product(compute, w, tokens);
                    }
                }
            }
        }
    }

    private static void product(Compute compute, CodedGroups w, int tokens) {
        int width = Kernels.widthFor(tokens);
        int panels = Math.ceilDiv(tokens, width);
        Rng rng = new Rng(tokens);
        Floats x = Floats.allocate(panels * w.cols() * width);
        for (int i = 0; i < x.length(); i++) {
            x.set(i, rng.nextFloat() - 0.5f);
        }
        Floats bias = Floats.allocate(w.rows()).fill(0.25f);
        Floats y = Floats.allocate(panels * w.rows() * width).fill(Float.NaN);
        Matmul.apply(compute, w, bias, Activation.NONE, x, y, panels, width);
        double[] right = new double[y.length()];
        double[] scale = new double[y.length()];
        java.util.Arrays.fill(right, 0.25);
        w.forEach((r, c, slot, v) -> {
            for (int p = 0; p < panels; p++) {
                for (int t = 0; t < width; t++) {
                    double term = (double) v * x.get((p * w.cols() + c) * width + t);
                    right[(p * w.rows() + r) * width + t] += term;
                    scale[(p * w.rows() + r) * width + t] += Math.abs(term);
                }
            }
        });
        for (int i = 0; i < right.length; i++) {
            assertEquals(right[i], y.get(i), 1e-6 * (1 + scale[i]), compute.kernels().name() + " " + w.rows() + " x " + w.cols() + " x " + tokens + " at " + i);
        }
    }

    @Test
    void packingKeepsPositionsAndTakesThreeBitsForEachPositionAtHalfAndWhatFillsUpRows() {
        CodedGroups w = random(64, 1600, 0.5);
        assertEquals(w.nonZeros(), Topology.of(w).count());
        for (int r = 0; r <= 64; r++) {
            assertEquals(0, w.start().get(r) % CodedGroup.PER_STEP);
        }
        double fillers = w.word().length() - w.nonZeros() / 16.0;
        assertTrue(fillers > 0 && fillers < 64 * CodedGroup.PER_STEP, fillers + " fillers in 64 rows");
        assertEquals(3, 8.0 * (w.word().bytes() + w.codes().byteSize()) / (w.nonZeros() + 16 * fillers) / 2, 0.01);
        Topology t = Topology.of(w);
        CodedGroups again = CodedGroups.pack(Arena.ofAuto(), t, Layout.canonical(w, t));
        assertArrayEquals(Layout.canonical(w, t).toArray(), Layout.canonical(again, t).toArray());
    }

    @Test
    void whatWouldLeadOutsideIsRefused() {
        CodedGroups w = random(3, 64, 0.3);
        Ints start = w.start();
        assertThrows(UserError.class, () -> new CodedGroups(3, 60, start, w.word(), w.codes()));
        assertThrows(UserError.class, () -> new CodedGroups(3, 32, start, w.word(), w.codes()));
        assertThrows(UserError.class, () -> new CodedGroups(2, 64, start, w.word(), w.codes()));
        assertThrows(UserError.class, () -> new CodedGroups(3, 64, start, w.word(), w.codes().asSlice(0, w.codes().byteSize() - 64)));
        assertThrows(UserError.class, () -> new CodedGroups(3, 64, Ints.of(0, 3, 8, w.word().length()), w.word(), w.codes())); // a row that is not filled up
        assertThrows(UserError.class, () -> new CodedGroups(3, 64, Ints.of(0, -1, 2, w.word().length()), w.word(), w.codes()));
        int[] words = w.word().toArray();
        words[0] = CodedGroup.word(Float.NaN, 0, 0) & 0xFFFF_FFFF;
        assertThrows(UserError.class, () -> new CodedGroups(3, 64, start, Ints.of(words), w.codes()));
        words[0] = CodedGroup.FILLER; // one before the last of its row
        assertThrows(UserError.class, () -> new CodedGroups(3, 64, start, Ints.of(words), w.codes()));
        words[0] = CodedGroup.word(0, 3, 0); // a scale of zero that says more than that it fills up
        assertThrows(UserError.class, () -> new CodedGroups(3, 64, start, Ints.of(words), w.codes()));
        assertThrows(IllegalArgumentException.class, () -> new CodedGroups(3, 64, start, w.word(), MemorySegment.ofArray(new byte[(int) w.codes().byteSize()])));
    }

    private static CodedGroups random(int rows, int cols, double sparsity) {
        Rng rng = new Rng(rows * 31L + cols);
        Topology.Builder b = new Topology.Builder(rows, cols, 16);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c += 16) {
                boolean live = rng.nextDouble() >= sparsity;
                for (int i = c; live && i < c + 16; i++) {
                    b.add(r, i);
                }
            }
        }
        Topology t = b.build();
        Floats values = Floats.allocate(t.count());
        for (int i = 0; i < values.length(); i++) {
            values.set(i, (float) rng.nextGaussian());
        }
        return CodedGroups.pack(Arena.ofAuto(), t, values);
    }
}
