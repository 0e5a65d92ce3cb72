package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedBlocks;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.RowGroups;
import dev.filigree.tensor.SlicedEll;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** Times one token times every layout, in turns; by hand: {@code VectorBench rows cols threads [part of a name]}. */
final class VectorBench {

    private record Case(Weight w, Floats x) {}

    public static void main(String[] args) {
        int rows = Integer.parseInt(args[0]);
        int cols = Integer.parseInt(args[1]);
        String wanted = args.length > 3 ? args[3] : "";
        Map<String, Case> cases = new LinkedHashMap<>();
        Floats x = Cases.random(cols, new Rng(1));
        Floats y = Floats.allocate(rows);
        Topology full = Topology.full(rows, cols);
        Floats values = Cases.random(rows * cols, new Rng(2));
        Weight dense = Layout.TILED.pack(Arena.ofAuto(), full, values);
        cases.put("dense", new Case(dense, x));
        for (Coded.Type type : Coded.Type.values()) {
            add(cases, wanted, "columns " + type, Columns.pack(Arena.ofAuto(), dense, type, cols), x);
        }
        Rng rng = new Rng(5);
        Floats half = Floats.allocate(cols).copyFrom(x);
        for (int i = 0; i < cols; i++) {
            if (rng.nextDouble() < 0.5) {
                half.set(i, 0);
            }
        }
        int tile = Math.min(Columns.SPARSE, Math.ceilDiv(rows, 64 * Integer.parseInt(args[2])) * 64);
        for (Coded.Type type : Coded.Type.values()) {
            add(cases, wanted, "columns, half of the inputs " + type, Columns.pack(Arena.ofAuto(), dense, type, cols), half);
            add(cases, wanted, "long columns, half of the inputs " + type, Columns.pack(Arena.ofAuto(), dense, type, cols, tile), half);
        }
        for (int percent : new int[] {30, 40, 50, 70, 80, 90}) {
            Topology t = random(rows, cols, 1, percent / 100.0);
            Floats v = Cases.random(t.count(), new Rng(4));
            add(cases, wanted, "csr " + percent, Layout.CSR.pack(Arena.ofAuto(), t, v), x);
            add(cases, wanted, "bitmap " + percent, Layout.BITMAP.pack(Arena.ofAuto(), t, v), x);
            add(cases, wanted, "sliced " + percent, SlicedEll.pack(Arena.ofAuto(), t, v), x);
        }
        for (int percent : new int[] {50, 80, 90}) {
            for (int height : new int[] {4, 8, 16}) {
                Topology t = random(rows, cols, height, percent / 100.0);
                BlockCsr b = (BlockCsr) Layout.blocks(height).pack(Arena.ofAuto(), t, Cases.random(t.count(), new Rng(4)));
                add(cases, wanted, "blocks " + height + "x1 " + percent, b, x);
                add(cases, wanted, "blocks " + height + "x1 bf16 " + percent, CodedBlocks.pack(Arena.ofAuto(), b, Coded.Type.BF16, 0), x);
                add(cases, wanted, "blocks " + height + "x1 int8 " + percent, CodedBlocks.pack(Arena.ofAuto(), b, Coded.Type.INT8, 0), x);
            }
        }
        for (int percent : new int[] {0, 30, 50, 70, 80, 90}) {
            Topology t = groups(rows, cols, CodedGroup.SIZE, percent / 100.0);
            add(cases, wanted, "groups 1x16 int4 " + percent, Layout.CODED_GROUPS.pack(Arena.ofAuto(), t, Cases.random(t.count(), new Rng(4))), x);
        }
        for (int percent : new int[] {50, 80, 90}) {
            for (int size : RowGroups.SIZES) {
                Topology t = groups(rows, cols, size, percent / 100.0);
                Floats v = Cases.random(t.count(), new Rng(4));
                for (int chunk : new int[] {192, 512, 4096}) {
                    add(cases, wanted, "groups 1x" + size + " " + percent + " chunk " + chunk, RowGroups.pack(Arena.ofAuto(), t, v, size, chunk), x);
                }
                add(cases, wanted, "groups 1x" + size + " as csr " + percent, Layout.CSR.pack(Arena.ofAuto(), t, v), x);
            }
        }
        Floats big = Floats.allocate(rows * cols);
        try (Parallel parallel = new Parallel(Integer.parseInt(args[2]))) {
            Compute compute = new Compute(Kernels.best(), parallel);
            double[][] t = new double[cases.size()][11];
            float[] sink = {0};
            for (int round = -8; round < 11; round++) {
                int i = 0;
                for (Case c : cases.values()) {
                    int n = round < 0 ? 20 : (int) Math.max(1, 4e7 / c.w.bytes());
                    long begin = System.nanoTime();
                    for (int k = 0; k < n; k++) {
                        Matmul.apply(compute, c.w, null, Activation.NONE, c.x, y, 1, 1);
                    }
                    t[i++][Math.max(0, round)] = (System.nanoTime() - begin) / 1e9 / n;
                }
            }
            double read = Double.MAX_VALUE;
            for (int k = 0; k < 12; k++) {
                long begin = System.nanoTime();
                parallel.run(16, s -> sink[0] += compute.kernels().ceilings().read(big, s * (big.length() / 16 / 128 * 128), big.length() / 16 / 128 * 128));
                read = Math.min(read, (System.nanoTime() - begin) / 1e9);
            }
            System.out.printf(Locale.ROOT, "%d x %d on %s threads, reading %.1f GB/s%n", rows, cols, args[2], big.bytes() / read / 1e9);
            int i = 0;
            double base = 0;
            for (var e : cases.entrySet()) {
                Arrays.sort(t[i]);
                double median = t[i++][5];
                base = base == 0 ? median : base;
                System.out.printf(Locale.ROOT, "%-36s %9.1f us x%6.2f  %6.1f GB/s, bytes allow x%.2f%n", e.getKey(), median * 1e6, base / median,
                        e.getValue().w.bytes() / median / 1e9, dense.bytes() / (double) e.getValue().w.bytes());
            }
        }
    }

    private static void add(Map<String, Case> cases, String wanted, String name, Weight w, Floats x) {
        if (name.contains(wanted)) {
            cases.put(name, new Case(w, x));
        }
    }

    private static Topology groups(int rows, int cols, int size, double sparsity) {
        Rng rng = new Rng(3);
        Topology.Builder b = new Topology.Builder(rows, cols, (int) (rows * cols * (1.02 - sparsity)));
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c += size) {
                boolean live = rng.nextDouble() >= sparsity;
                for (int i = c; live && i < c + size; i++) {
                    b.add(r, i);
                }
            }
        }
        return b.build();
    }

    private static Topology random(int rows, int cols, int height, double sparsity) {
        Rng rng = new Rng(3);
        Topology.Builder b = new Topology.Builder(rows, cols, (int) (rows * cols * (1.02 - sparsity)));
        for (int r = 0; r < rows; r += height) {
            boolean[] live = new boolean[cols];
            for (int c = 0; c < cols; c++) {
                live[c] = rng.nextDouble() >= sparsity;
            }
            for (int i = 0; i < height; i++) {
                for (int c = 0; c < cols; c++) {
                    if (live[c]) {
                        b.add(r + i, c);
                    }
                }
            }
        }
        return b.build();
    }
}
