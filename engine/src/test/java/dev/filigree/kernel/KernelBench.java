package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Times the kernels beside each other in one process: every case once per round, so that a noisy machine slows all of
 * them alike, and medians over rounds. One thread is timed by the processor time it got, several by the clock. Run it
 * by hand: {@code KernelBench [threads] [part of a case name] [panel width] [tokens]}.
 */
final class KernelBench {

    private static final int[][] SHAPES = {{384, 384}, {1536, 384}, {384, 1536}, {768, 768}};
    private static final int ROUNDS = 9;
    private static final double SECONDS_PER_ROUND = 0.04;

    private record Case(String name, double flops, Runnable body) {}

    private final Kernels kernels = Kernels.best();
    private final Parallel parallel;
    private final String wanted;
    private final int width;
    private final int tokens;
    private final List<Case> cases = new ArrayList<>();

    private KernelBench(int threads, String wanted, int width, int tokens) {
        this.parallel = new Parallel(threads);
        this.wanted = wanted;
        this.width = width;
        this.tokens = tokens;
    }

    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        KernelBench bench = new KernelBench(threads, args.length > 1 ? args[1] : "", args.length > 2 ? Integer.parseInt(args[2]) : 64,
                args.length > 3 ? Integer.parseInt(args[3]) : 2048);
        System.out.println(bench.kernels.name() + ", " + threads + " threads");
        for (int[] shape : SHAPES) {
            bench.products(shape[0], shape[1]);
            bench.report(shape[0] + "x" + shape[1] + " at " + bench.tokens + " tokens");
        }
        bench.gradients(1536, 384);
        bench.report("gradients 1536x384");
        bench.tokenLoops();
        bench.report("token loops");
    }

    private void add(String name, double flops, Runnable body) {
        if (name.contains(wanted) || name.equals("dense")) {
            cases.add(new Case(name, flops, body));
        }
    }

    private interface Panel {
        void run(Floats x, Floats y, int from, int to);
    }

    /** One task per panel and per quarter of the rows. */
    private Runnable overPanels(int rows, int cols, int units, Panel body) {
        int panels = tokens / width;
        Floats x = Cases.random(panels * cols * width, new Rng(1));
        Floats y = Floats.allocate(panels * rows * width);
        Floats[] xs = new Floats[panels];
        Floats[] ys = new Floats[panels];
        for (int p = 0; p < panels; p++) {
            xs[p] = x.slice(p * cols * width, cols * width);
            ys[p] = y.slice(p * rows * width, rows * width);
        }
        return () -> parallel.run(panels, p -> body.run(xs[p], ys[p], 0, units));
    }

    private void products(int rows, int cols) {
        double flops = 2.0 * rows * cols * tokens;
        Products k = kernels.products();
        int tiles = rows / Kernels.TILE_ROWS;
        Floats dense = Cases.random(rows * cols, new Rng(2));
        add("dense", flops, overPanels(rows, cols, tiles, (x, y, from, to) -> k.tiled(dense, null, rows, cols, x, y, width, from, to)));
        for (int percent : new int[] {50, 80, 90, 95}) {
            double density = 1 - percent / 100.0;
            for (int chunk : new int[] {128, 192, 384, 4096}) {
                Cases.Sparse s = pattern(rows, cols, chunk, density);
                Floats v = Cases.random(s.entries(), new Rng(4));
                add("csr " + percent + " % chunk " + chunk, flops, overPanels(rows, cols, rows,
                        (x, y, from, to) -> k.csr(s.start(), s.column(), v, s.chunk(), null, rows, cols, x, y, width, from, to)));
            }
            for (int height : new int[] {4, 8}) {
                Cases.Sparse s = pattern(rows / height, cols, cols, density);
                Floats v = Cases.random(s.entries() * height, new Rng(4));
                add("block " + height + "x1 " + percent + " %", flops, overPanels(rows, cols, rows / height,
                        (x, y, from, to) -> k.blocks(s.start(), s.column(), v, height, null, rows, x, y, width, from, to)));
            }
            for (int size : new int[] {4, 8, 16}) {
                for (int chunk : new int[] {128, 192, 384, 4096}) {
                    Cases.Sparse s = Cases.Sparse.groups(rows, cols, size, chunk, density, 0, new Rng(3));
                    Floats v = Cases.random(s.entries() * size, new Rng(4));
                    add("group 1x" + size + " " + percent + " % chunk " + chunk, flops, overPanels(rows, cols, rows,
                            (x, y, from, to) -> k.groups(s.start(), s.column(), v, size, chunk, null, rows, cols, x, y, width, from, to)));
                }
            }
            if (percent <= 80) {
                bitmap(rows, cols, percent);
            }
        }
        for (int[] p : new int[][] {{2, 4}, {1, 4}, {2, 8}, {4, 8}}) {
            nOfM(rows, cols, p[0], p[1]);
        }
    }

    private void nOfM(int rows, int cols, int n, int m) {
        int count = rows * cols / m * n;
        MemorySegment place = Arena.ofAuto().allocate(count);
        Rng rng = new Rng(5);
        for (int i = 0; i < count; i++) { // each kept input lies in its own m/n-th of the group
            place.set(ValueLayout.JAVA_BYTE, i, (byte) (i % n * (m / n) + rng.nextInt(m / n)));
        }
        Floats v = Cases.random(count, rng);
        add(n + ":" + m, 2.0 * rows * cols * tokens, overPanels(rows, cols, rows,
                (x, y, from, to) -> kernels.products().nOfM(place, v, n, m, null, cols, x, y, width, from, to)));
    }

    private void bitmap(int rows, int cols, int percent) {
        int words = cols / 64;
        Rng rng = new Rng(6);
        MemorySegment bits = Arena.ofAuto().allocate(8L * rows * words, 64);
        Ints start = Ints.allocate(rows);
        int n = 0;
        for (int i = 0; i < rows * words; i++) {
            if (i % words == 0) {
                start.set(i / words, n);
            }
            long word = 0;
            for (int b = 0; b < 64; b++) {
                word |= (rng.nextInt(100) >= percent ? 1L : 0L) << b;
            }
            bits.setAtIndex(ValueLayout.JAVA_LONG, i, word);
            n += Long.bitCount(word);
        }
        Floats v = Cases.random(n, rng);
        add("bitmap " + percent + " %", 2.0 * rows * cols * tokens, overPanels(rows, cols, rows,
                (x, y, from, to) -> kernels.products().bitmap(bits, start, v, null, cols, x, y, width, from, to)));
    }

    private static Cases.Sparse pattern(int rows, int cols, int chunk, double density) {
        return Cases.Sparse.random(rows, cols, chunk, density, 0, new Rng(3));
    }

    private void gradients(int rows, int cols) {
        int panels = tokens / width;
        double flops = 2.0 * rows * cols * tokens;
        Floats x = Cases.random(panels * cols * width, new Rng(1));
        Floats dy = Cases.random(panels * rows * width, new Rng(1));
        Floats dense = Cases.random(rows * cols, new Rng(2));
        SparseGradients k = kernels.sparseGradients();
        add("dense", flops, overPanels(rows, cols, rows / Kernels.TILE_ROWS,
                (in, out, from, to) -> kernels.products().tiled(dense, null, rows, cols, in, out, width, from, to)));
        int tasks = 16;
        for (int percent : new int[] {50, 80, 90}) {
            for (int chunk : new int[] {128, 192, 384, 4096}) {
                Cases.Sparse s = pattern(rows, cols, chunk, 1 - percent / 100.0);
                Floats g = Floats.allocate(s.entries());
                add("gradient csr " + percent + " % chunk " + chunk, flops, () -> parallel.run(tasks, t -> k.csr(s.start(), s.column(), s.chunk(), rows, cols, dy,
                        x, width, panels, g, t * rows / tasks, (t + 1) * rows / tasks)));
            }
            for (int size : new int[] {4, 8, 16}) {
                Cases.Sparse s = Cases.Sparse.groups(rows, cols, size, 192, 1 - percent / 100.0, 0, new Rng(3));
                Floats g = Floats.allocate(s.entries() * size);
                add("gradient 1x" + size + " " + percent + " % chunk 192", flops, () -> parallel.run(tasks, t -> k.groups(s.start(), s.column(), size, 192, rows, cols, dy,
                        x, width, panels, g, t * rows / tasks, (t + 1) * rows / tasks)));
            }
            Cases.Sparse b = pattern(rows / 4, cols, cols, 1 - percent / 100.0);
            Floats g = Floats.allocate(b.entries() * 4);
            add("gradient 4x1 " + percent + " %", flops, () -> parallel.run(tasks, t -> k.blocks(b.start(), b.column(), 4, rows, cols, dy, x, width, panels, g,
                    t * rows / 4 / tasks, (t + 1) * rows / 4 / tasks)));
        }
        Floats gram = Floats.allocate(cols * cols);
        add("gram of " + cols, 2.0 * cols * cols * tokens, () -> parallel.run(4, t -> k.gram(x, cols, tokens, width, gram, t * cols / 4, (t + 1) * cols / 4)));
    }

    private void tokenLoops() {
        int n = 1536 * tokens;
        Floats x = Cases.random(n, new Rng(1));
        Floats y = Floats.allocate(n);
        Floats dense = Cases.random(384 * 384, new Rng(2));
        add("dense", 2.0 * 384 * 384 * tokens, overPanels(384, 384, 64,
                (in, out, from, to) -> kernels.products().tiled(dense, null, 384, 384, in, out, width, from, to)));
        add("gelu 1536", n, () -> parallel.run(64, t -> kernels.elementwise().activate(Activation.GELU, x, y, t * n / 64, (t + 1) * n / 64)));
        Floats gain = Floats.allocate(384).fill(1f);
        add("layer norm 384", 384.0 * tokens, () -> parallel.run(tokens / width,
                p -> kernels.norms().layerNorm(x, y, p * 384 * width, 384, width, gain, gain, 1e-5f)));
        for (int length : new int[] {16, 32, 128, 256}) {
            Floats[] scratch = new Floats[12];
            Arrays.setAll(scratch, i -> Floats.allocate(kernels.attention().scratch(length, 32)));
            add("attention 12 heads, length " + length, 4.0 * tokens * length * 384, () -> parallel.run(12, h -> {
                for (int s = 0; s < tokens; s += length) {
                    kernels.attention().attend(x, x, x, y, 384, width, s, s + length, h, 32, 0.2f, false, scratch[h]);
                }
            }));
        }
    }

    private long now() {
        return parallel.threads() == 1 ? ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() : System.nanoTime();
    }

    private void report(String title) {
        if (cases.size() == 1) { // only the base line: nothing here was asked for
            cases.clear();
            return;
        }
        int[] repeats = new int[cases.size()];
        for (int c = 0; c < repeats.length; c++) {
            double warm = 0;
            int runs = 0;
            for (long begin = System.nanoTime(); warm < 0.25; runs++) {
                cases.get(c).body.run();
                warm = (System.nanoTime() - begin) / 1e9;
            }
            repeats[c] = (int) Math.max(1, runs * SECONDS_PER_ROUND / warm);
        }
        double[][] seconds = new double[cases.size()][ROUNDS];
        for (int r = 0; r < ROUNDS; r++) {
            for (int c = 0; c < repeats.length; c++) {
                long begin = now();
                for (int i = 0; i < repeats[c]; i++) {
                    cases.get(c).body.run();
                }
                seconds[c][r] = (now() - begin) / 1e9 / repeats[c];
            }
        }
        System.out.println("-- " + title);
        double base = Double.NaN;
        for (int c = 0; c < repeats.length; c++) {
            Arrays.sort(seconds[c]);
            double t = seconds[c][ROUNDS / 2];
            base = c == 0 ? t : base;
            System.out.printf(Locale.ROOT, "%-34s %9.0f us %8.1f G/s of all positions  x%.2f%n", cases.get(c).name, t * 1e6, cases.get(c).flops / t / 1e9, base / t);
        }
        cases.clear();
    }
}
