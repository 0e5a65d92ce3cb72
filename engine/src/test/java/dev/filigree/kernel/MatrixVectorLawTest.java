package dev.filigree.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedBlocks;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.RowGroups;
import dev.filigree.tensor.SlicedEll;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One token, or a panel of them, times every layout: the vector kernels compute what the positions of the weight say. */
@ParameterizedClass
@MethodSource("all")
record MatrixVectorLawTest(Kernels kernels) {

    private static final int[][] SHAPES = {{1, 1}, {1, 33}, {5, 1}, {16, 32}, {17, 31}, {37, 129}, {128, 65}, {130, 300}, {257, 64}, {1100, 9}};

    static Stream<Named<Kernels>> all() {
        return Stream.concat(Stream.of(Named.of("scalar", Kernels.scalar())), VectorWidths.all());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.4, 0.8, 0.97, 1})
    void aProductIsTheSumOverTheStoredPositions(double sparsity) {
        try (Parallel two = new Parallel(2)) {
            for (int[] shape : SHAPES) {
                for (var e : weights(shape[0], shape[1], sparsity).entrySet()) {
                    for (int width : new int[] {1, 16, 64}) {
                        String what = kernels.name() + " " + e.getKey() + " " + shape[0] + " x " + shape[1] + " at " + sparsity + " width " + width;
                        compare(new Compute(kernels, two), e.getValue(), width, what);
                    }
                }
            }
        }
    }

    @Test
    void resultsAreTheSameForAnyNumberOfThreads() {
        for (var e : weights(257, 300, 0.7).entrySet()) {
            Floats x = inputs(300, 0.3);
            Floats expected = null;
            for (int threads : new int[] {1, 2, 3, 7}) {
                try (Parallel pool = new Parallel(threads)) {
                    Floats y = Floats.allocate(257);
                    Matmul.apply(new Compute(kernels, pool), e.getValue(), null, Activation.NONE, x, y, 1, 1);
                    expected = expected == null ? y : expected;
                    Cases.assertSame(expected, y, e.getKey() + " on " + threads + " threads");
                }
            }
        }
    }

    @Test
    void columnsWithoutInputAreNotRead() {
        Rng rng = new Rng(7);
        Weight w = csr(40, 70, 0, 1, rng);
        Columns columns = Columns.pack(Arena.ofAuto(), w, Coded.Type.F32, 70);
        columns.coded().codes().asSlice(3L * 64 * 4, 64 * 4).fill((byte) -1); // column 3 becomes undefined numbers
        Floats x = inputs(70, 0).copyFrom(Floats.allocate(4));
        Floats y = Floats.allocate(40);
        kernels.matrixVector().columns(columns.coded(), Columns.DENSE, 70, null, 40, 70, x, y, 0, 1);
        for (int r = 0; r < 40; r++) {
            assertTrue(Float.isFinite(y.get(r)), "row " + r);
        }
    }

    @Test
    void eightBitCodesAreWithinHalfAStepOfTheirScale() {
        Rng rng = new Rng(3);
        Weight w = csr(130, 100, 0.5, 4, rng);
        for (int group : new int[] {8, 33, 100}) {
            Columns columns = Columns.pack(Arena.ofAuto(), w, Coded.Type.INT8, group);
            double[][] dense = new double[130][100];
            w.forEach((r, c, slot, v) -> dense[r][c] = v);
            columns.forEach((r, c, slot, v) -> {
                double largest = 0;
                for (int k = c / group * group; k < Math.min(100, (c / group + 1) * group); k++) {
                    largest = Math.max(largest, Math.abs(dense[r][k]));
                }
                assertTrue(Math.abs(v - dense[r][c]) <= largest / 127 / 2 * 1.0001, "(" + r + "," + c + ") in groups of " + group + ": " + v + " for " + dense[r][c]);
            });
        }
    }

    /** Every layout that a random weight of that shape can be held in. */
    private static Map<String, Weight> weights(int rows, int cols, double sparsity) {
        Rng rng = new Rng(rows * 1000L + cols).split("weights " + sparsity);
        Arena arena = Arena.ofAuto();
        Map<String, Weight> all = new LinkedHashMap<>();
        Weight loose = csr(rows, cols, sparsity, 1, rng);
        Topology t = Topology.of(loose);
        Floats values = Layout.canonical(loose, t);
        all.put("tiled", Layout.TILED.pack(arena, t, values));
        all.put("csr", loose);
        all.put("csr chunk 32", Layout.csr(32).pack(arena, t, values));
        all.put("bitmap", Layout.BITMAP.pack(arena, t, values));
        all.put("sliced", SlicedEll.pack(arena, t, values));
        for (Coded.Type type : Coded.Type.values()) {
            all.put("columns " + type, Columns.pack(arena, loose, type, cols));
            all.put("long columns " + type, Columns.pack(arena, loose, type, cols, 128));
        }
        all.put("long columns int8 in groups", Columns.pack(arena, loose, Coded.Type.INT8, Math.min(cols, 24), Columns.SPARSE));
        all.put("columns int8 in groups", Columns.pack(arena, loose, Coded.Type.INT8, Math.min(cols, 24)));
        for (int height : new int[] {1, 2, 3, 4, 8, 16, 32}) {
            Weight blocks = csr(rows, cols, sparsity, height, rng);
            Topology live = Topology.of(blocks);
            BlockCsr b = (BlockCsr) Layout.blocks(height).pack(arena, live, Layout.canonical(blocks, live));
            all.put(height + "x1", b);
            if (CodedBlocks.HEIGHTS.contains(height)) {
                all.put(height + "x1 bf16", CodedBlocks.pack(arena, b, Coded.Type.BF16, 0));
                all.put(height + "x1 int8", CodedBlocks.pack(arena, b, Coded.Type.INT8, 0));
                all.put(height + "x1 int8 in groups", CodedBlocks.pack(arena, b, Coded.Type.INT8, 16));
            }
        }
        for (int size : RowGroups.SIZES) {
            if (cols % size == 0) {
                all.put("1x" + size, groups(rows, cols, sparsity, size, cols, rng));
                all.put("1x" + size + " in chunks", groups(rows, cols, sparsity, size, 32, rng));
            }
        }
        if (cols % CodedGroup.SIZE == 0) {
            Weight whole = groups(rows, cols, sparsity, CodedGroup.SIZE, cols, rng);
            all.put("1x16 int4", CodedGroups.pack(arena, Topology.of(whole), Layout.canonical(whole, Topology.of(whole))));
        }
        for (int[] nm : new int[][] {{2, 4}, {1, 4}, {2, 8}, {4, 8}, {3, 5}}) {
            if (cols % nm[1] == 0) {
                all.put(nm[0] + ":" + nm[1], nOfM(rows, cols, nm[0], nm[1], rng));
            }
        }
        return all;
    }

    private static Weight groups(int rows, int cols, double sparsity, int size, int chunk, Rng rng) {
        Topology.Builder b = new Topology.Builder(rows, cols, 16);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c += size) {
                boolean live = rng.nextDouble() >= sparsity;
                for (int i = c; live && i < c + size; i++) {
                    b.add(r, i);
                }
            }
        }
        return filled(b.build(), rng, (arena, t, v) -> RowGroups.pack(arena, t, v, size, chunk));
    }

    private static Weight csr(int rows, int cols, double sparsity, int height, Rng rng) {
        Topology.Builder b = new Topology.Builder(rows, cols, 16);
        for (int r = 0; r < rows; r += height) {
            for (int c = 0; c < cols; c++) {
                if (rng.nextDouble() >= sparsity) {
                    for (int i = r; i < Math.min(rows, r + height); i++) {
                        b.add(i, c);
                    }
                }
            }
        }
        return filled(b.build(), rng, Layout.csr(Integer.MAX_VALUE));
    }

    private static Weight nOfM(int rows, int cols, int n, int m, Rng rng) {
        Topology.Builder b = new Topology.Builder(rows, cols, 16);
        for (int r = 0; r < rows; r++) {
            for (int g = 0; g < cols; g += m) {
                int[] order = rng.permutation(m);
                for (int i = 0; i < n; i++) {
                    b.add(r, g + order[i]);
                }
            }
        }
        return filled(b.build(), rng, Layout.nOfM(n, m));
    }

    private static Weight filled(Topology t, Rng rng, Layout layout) {
        Floats values = Floats.allocate(t.count());
        for (int i = 0; i < values.length(); i++) {
            values.set(i, (float) rng.nextGaussian());
        }
        return layout.pack(Arena.ofAuto(), t, values);
    }

    private static Floats inputs(int count, double zeros) {
        Rng rng = new Rng(count).split("inputs");
        Floats x = Floats.allocate(count);
        for (int i = 0; i < count; i++) {
            x.set(i, rng.nextDouble() < zeros ? 0 : rng.nextFloat() - 0.5f);
        }
        return x;
    }

    private static void compare(Compute compute, Weight w, int width, String what) {
        Floats x = inputs(w.cols() * width, 0.3);
        Rng rng = new Rng(w.rows());
        Floats bias = rng.nextInt(3) == 0 ? null : Cases.random(w.rows(), rng);
        int guard = 256;
        Floats whole = Floats.allocate(w.rows() * width + guard).fill(7f);
        Matmul.apply(compute, w, bias, Activation.NONE, x, whole.slice(0, w.rows() * width), 1, width);
        double[] expected = new double[w.rows() * width];
        double[] size = new double[w.rows() * width]; // of what was added, for rounding
        w.forEach((r, c, slot, v) -> {
            for (int t = 0; t < width; t++) {
                expected[r * width + t] += (double) v * x.get(c * width + t);
                size[r * width + t] += Math.abs(v);
            }
        });
        for (int i = 0; i < expected.length; i++) {
            double right = expected[i] + (bias == null ? 0 : bias.get(i / width));
            double found = whole.get(i);
            assertTrue(Math.abs(found - right) <= 2e-6 * (1 + size[i]), () -> what + ": " + found + " instead of " + right);
        }
        for (int i = 0; i < guard; i++) {
            assertEquals(7f, whole.get(expected.length + i), () -> what + " wrote past its rows");
        }
    }
}
