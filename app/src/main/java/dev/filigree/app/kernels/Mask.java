package dev.filigree.app.kernels;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;

/** Which positions of a weight live. The unstructured one is the same as the peers'. */
@FunctionalInterface
interface Mask {

    boolean live(int row, int col, int cols);

    /** Every position on its own, dead with this probability. */
    static Mask unstructured(double sparsity) {
        return (r, c, cols) -> Numbers.uniform(Numbers.MASK, (long) r * cols + c) >= sparsity;
    }

    /** Blocks of {@code height} consecutive rows, dead together. */
    static Mask blocks(int height, double sparsity) {
        return (r, c, cols) -> Numbers.uniform(Numbers.MASK, (long) (r / height) * cols + c) >= sparsity;
    }

    /** Groups of {@code width} consecutive columns of one row, dead together. */
    static Mask groups(int width, double sparsity) {
        return (r, c, cols) -> Numbers.uniform(Numbers.MASK, (long) r * cols + c / width) >= sparsity;
    }

    /** The n of every m consecutive columns that drew the highest numbers. */
    static Mask nOfM(int n, int m) {
        return (r, c, cols) -> {
            double own = Numbers.uniform(Numbers.MASK, (long) r * cols + c);
            int above = 0;
            for (int i = c / m * m; i < c / m * m + m; i++) {
                double other = Numbers.uniform(Numbers.MASK, (long) r * cols + i);
                above += other > own || other == own && i < c ? 1 : 0;
            }
            return above < n;
        };
    }

    /** The weight of every case, at the live positions, in a layout. Needs no heap: the largest have tens of millions of positions. */
    default Weight weight(Arena arena, int rows, int cols, Layout layout) {
        try (Arena scratch = Arena.ofConfined()) {
            Ints start = Ints.allocate(scratch, rows + 1);
            for (int r = 0; r < rows; r++) {
                int count = 0;
                for (int c = 0; c < cols; c++) {
                    count += live(r, c, cols) ? 1 : 0;
                }
                start.set(r + 1, start.get(r) + count);
            }
            Ints column = Ints.allocate(scratch, start.get(rows));
            Floats values = Floats.allocate(scratch, start.get(rows));
            int slot = 0;
            for (int r = 0; r < rows; r++) {
                for (int c = 0; c < cols; c++) {
                    if (live(r, c, cols)) {
                        column.set(slot, c);
                        values.set(slot++, Numbers.weight(r, c, cols));
                    }
                }
            }
            return layout.pack(arena, Topology.of("mask", rows, cols, start, column), values);
        }
    }

    /** What a product of that weight with the inputs must give at the sampled places, summed in double precision. */
    default double[] product(int rows, int cols, int tokens) {
        double[] expected = new double[Numbers.SAMPLES];
        for (int i = 0; i < expected.length; i++) {
            int r = Numbers.place(i, 0, rows);
            int t = Numbers.place(i, 1, tokens);
            for (int c = 0; c < cols; c++) {
                expected[i] += live(r, c, cols) ? (double) Numbers.weight(r, c, cols) * Numbers.input(t, c, cols) : 0;
            }
        }
        return expected;
    }
}
