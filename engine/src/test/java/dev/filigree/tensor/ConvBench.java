package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Ceilings;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import dev.filigree.kernel.Window;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Times convolutions beside their dense twin in one process: every case once per round, medians over rounds. Run it by
 * hand: {@code ConvBench [threads] [images] [part of a shape's name] [chunk]}.
 */
final class ConvBench {

    /** Outputs, inputs, size of the image, size of the window, stride. */
    private static final int[][] SHAPES = {{64, 32, 112, 1, 1}, {128, 64, 56, 1, 1}, {128, 128, 56, 1, 1}, {256, 128, 28, 1, 1}, {256, 256, 28, 1, 1},
        {512, 256, 14, 1, 1}, {512, 512, 14, 1, 1}, {1024, 512, 7, 1, 1}, {1024, 1024, 7, 1, 1}, {64, 64, 56, 3, 1}, {128, 128, 28, 3, 1},
        {256, 256, 14, 3, 1}, {512, 512, 7, 3, 1}, {128, 64, 56, 3, 2}, {16, 16, 32, 3, 1}, {32, 32, 16, 3, 1}, {64, 64, 8, 3, 1},
        {32, 16, 32, 3, 2}, {64, 32, 16, 3, 2}};
    private static final int[][] DEPTHWISE = {{32, 112, 3, 1}, {64, 112, 3, 2}, {128, 56, 3, 1}, {256, 28, 3, 1}, {512, 14, 3, 1}, {512, 14, 3, 2}, {1024, 7, 3, 1},
        {512, 14, 5, 1}};
    private static final int ROUNDS = 15;
    private static final double SECONDS_PER_ROUND = 0.01;

    private record Case(String name, double flops, Runnable body) {}

    private final Compute compute;
    private final int images;
    private final List<Case> cases = new ArrayList<>();
    private double ceiling;
    private float sink;

    private ConvBench(int threads, int images) {
        this.compute = new Compute(Kernels.best(), new Parallel(threads));
        this.images = images;
    }

    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        ConvBench bench = new ConvBench(threads, args.length > 1 ? Integer.parseInt(args[1]) : 1);
        String wanted = args.length > 2 ? args[2] : "";
        int chunk = args.length > 3 ? Integer.parseInt(args[3]) : 0;
        bench.warmUp();
        bench.ceiling();
        for (int[] s : SHAPES) {
            String name = s[0] + "x" + s[1] + "@" + s[2] + " window " + s[3] + " stride " + s[4];
            if (name.contains(wanted)) {
                bench.sparse(s[0], s[1], s[2], Window.square(s[3], s[4]), chunk);
                bench.report(name);
            }
        }
        for (int[] s : DEPTHWISE) {
            String name = "depthwise " + s[0] + "@" + s[1] + " window " + s[2] + " stride " + s[3];
            if (name.contains(wanted)) {
                bench.depthwise(s[0], s[1], Window.square(s[2], s[3]));
                bench.report(name);
            }
        }
        bench.compute.parallel().close();
    }

    /** Waits until the kernels are compiled. */
    private void warmUp() {
        for (int size : new int[] {7, 14, 28}) {
            sparse(64, 64, size, Window.PIXEL, 0);
            sparse(64, 64, size, Window.square(3, 1), 0);
            depthwise(64, size, Window.square(3, 1));
        }
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 6e9) {
            cases.forEach(c -> c.body.run());
        }
        cases.clear();
    }

    private void ceiling() {
        Ceilings c = compute.kernels().ceilings();
        cases.add(new Case("ceiling of one thread", 2.0 * c.multiplyAddsPerRound() * 20_000, () -> sink += c.multiplyAdds(20_000, 0.999f)));
        report(compute.kernels().name() + ", " + compute.parallel().threads() + " threads, " + images + " images");
    }

    private void sparse(int outputs, int inputs, int size, Window w, int chunk) {
        Planes in = Planes.of(images, inputs, size, size);
        Taps taps = Taps.of(w, in, w.forward(in, outputs));
        Planes out = taps.out();
        int columns = inputs * w.taps();
        double products = 2.0 * outputs * columns * images * out.height() * out.width();
        Floats x = random(in.length());
        Floats y = Floats.allocate(out.length());
        Tiled dense = new Tiled(outputs, columns, random(Tiled.tiles(outputs) * Kernels.TILE_ROWS * columns));
        cases.add(new Case("dense", products, () -> Conv.apply(compute, dense, taps, null, Activation.NONE, x, y)));
        for (int percent : new int[] {80, 90, 95}) {
            Rng rng = new Rng(percent);
            Topology.Builder b = new Topology.Builder(outputs, columns, 16);
            for (int i = 0; i < outputs * columns; i++) {
                if (rng.nextInt(100) >= percent) {
                    b.add(i / columns, i % columns);
                }
            }
            Topology live = b.build();
            Floats values = random(live.count());
            ConvWeight weight = chunk == 0 ? ConvWeight.pack(Arena.ofAuto(), "w", live, values, inputs, w.height(), w.width())
                    : ConvWeight.pack(Arena.ofAuto(), "w", live, values, inputs, w.height(), w.width(), 1, chunk);
            double flops = 2.0 * live.count() * images * out.height() * out.width();
            cases.add(new Case(percent + " %", flops, () -> Conv.apply(compute, weight, taps, null, Activation.NONE, x, y)));
            Floats gradient = Floats.allocate(live.count());
            cases.add(new Case(percent + " % gradient", flops, () -> Conv.gradient(compute, weight, taps, y, x, gradient)));
        }
    }

    private void depthwise(int channels, int size, Window w) {
        Planes in = Planes.of(images, channels, size, size);
        Taps taps = Taps.of(w, in, w.forward(in, channels));
        Taps back = Taps.of(w.backward(), taps.out(), in);
        double flops = 2.0 * channels * w.taps() * images * taps.out().height() * taps.out().width();
        Floats x = random(in.length());
        Floats y = Floats.allocate(taps.out().length());
        Floats weights = random(channels * w.taps());
        Floats gradient = Floats.allocate(weights.length());
        cases.add(new Case("forward", flops, () -> Conv.depthwise(compute, weights, taps, null, Activation.NONE, x, y)));
        cases.add(new Case("dX", flops, () -> Conv.depthwise(compute, weights, back, null, Activation.NONE, y, x)));
        cases.add(new Case("dW", flops, () -> Conv.depthwiseGradient(compute, taps, y, x, gradient)));
    }

    private static Floats random(int length) {
        Rng rng = new Rng(length);
        Floats f = Floats.allocate(length);
        for (int i = 0; i < length; i++) {
            f.set(i, rng.nextFloat() - 0.5f);
        }
        return f;
    }

    private void report(String title) {
        int[] repeats = new int[cases.size()];
        for (int c = 0; c < repeats.length; c++) {
            int runs = 0;
            long begin = System.nanoTime();
            while ((System.nanoTime() - begin) / 1e9 < 0.15) {
                cases.get(c).body.run();
                runs++;
            }
            repeats[c] = (int) Math.max(1, runs * SECONDS_PER_ROUND / 0.15);
        }
        double[][] seconds = new double[cases.size()][ROUNDS];
        for (int r = 0; r < ROUNDS; r++) {
            for (int c = 0; c < repeats.length; c++) {
                long begin = System.nanoTime();
                for (int i = 0; i < repeats[c]; i++) {
                    cases.get(c).body.run();
                }
                seconds[c][r] = (System.nanoTime() - begin) / 1e9 / repeats[c];
            }
        }
        System.out.println("-- " + title);
        for (int c = 0; c < repeats.length; c++) {
            Arrays.sort(seconds[c]);
            double t = seconds[c][ROUNDS / 2];
            double rate = cases.get(c).flops / t / 1e9;
            ceiling = ceiling == 0 ? rate : ceiling;
            Arrays.sort(seconds[0]);
            System.out.printf(Locale.ROOT, "%-22s %9.1f us %7.1f GFLOP/s %4.0f %%  x%.2f%n", cases.get(c).name, t * 1e6, rate, 100 * rate / ceiling,
                    seconds[0][ROUNDS / 2] / t);
        }
        cases.clear();
    }
}
