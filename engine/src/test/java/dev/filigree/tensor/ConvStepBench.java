package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
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
 * Times a training step of one convolution, dense beside sparse in turns: forward, gradient of the input, gradient of the
 * weight. Run it by hand: {@code ConvStepBench [threads] [images] [sparsity in percent] [part of a shape's name]}.
 */
final class ConvStepBench {

    /** Outputs, inputs, size of the image, size of the window, stride: ResNet-20, VGG and MobileNet on 32x32 pixels. */
    private static final int[][] SHAPES = {{16, 16, 32, 3, 1}, {32, 32, 16, 3, 1}, {64, 64, 8, 3, 1}, {32, 16, 32, 3, 2}, {64, 32, 16, 3, 2},
        {64, 64, 32, 3, 1}, {128, 128, 16, 3, 1}, {256, 256, 8, 3, 1}, {512, 512, 4, 3, 1}, {64, 32, 32, 1, 1}, {128, 128, 16, 1, 1}, {512, 512, 4, 1, 1},
        {128, 64, 16, 1, 2}};
    /** Channels, size of the image, size of the window, stride. */
    private static final int[][] DEPTHWISE = {{64, 32, 3, 1}, {128, 16, 3, 1}, {512, 4, 3, 1}, {128, 16, 3, 2}};
    private static final int ROUNDS = 9;

    private ConvStepBench() {
    }

    private record Part(String name, double flops, Runnable body) {}

    public static void main(String[] args) {
        int threads = args.length > 0 ? Integer.parseInt(args[0]) : 1;
        int images = args.length > 1 ? Integer.parseInt(args[1]) : 128;
        int percent = args.length > 2 ? Integer.parseInt(args[2]) : 90;
        String wanted = args.length > 3 ? args[3] : "";
        Compute compute = new Compute(Kernels.best(), new Parallel(threads));
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 4e9) { // until everything is compiled
            parts(compute, Planes.dealt(32, 16, 16, 16), 16, Window.square(3, 1), percent).forEach(p -> p.body.run());
            parts(compute, Planes.dealt(32, 16, 16, 16), 16, Window.square(3, 2), percent).forEach(p -> p.body.run());
            parts(compute, Planes.dealt(32, 16, 16, 16), 16, Window.PIXEL, percent).forEach(p -> p.body.run());
            depthwise(compute, Planes.dealt(32, 16, 16, 16), Window.square(3, 1)).forEach(p -> p.body.run());
        }
        for (int[] s : SHAPES) {
            String name = s[0] + "x" + s[1] + "@" + s[2] + " window " + s[3] + " stride " + s[4];
            if (name.contains(wanted)) {
                report(name, parts(compute, Planes.dealt(images, s[1], s[2], s[2]), s[0], Window.square(s[3], s[4]), percent));
            }
        }
        for (int[] s : DEPTHWISE) {
            String name = "depthwise " + s[0] + "@" + s[1] + " window " + s[2] + " stride " + s[3];
            if (name.contains(wanted)) {
                report(name, depthwise(compute, Planes.dealt(images, s[0], s[1], s[1]), Window.square(s[2], s[3])));
            }
        }
        compute.parallel().close();
    }

    private static List<Part> parts(Compute compute, Planes in, int outputs, Window w, int percent) {
        Taps taps = Taps.of(w, in, w.forward(in, outputs));
        Planes out = taps.out();
        Taps back = Taps.of(w.backward(), out, in);
        int inputs = in.channels();
        int columns = inputs * w.taps();
        Floats x = random(in.length());
        Floats y = random(out.length());
        Tiled dense = tiled(outputs, columns);
        Tiled turned = tiled(inputs, outputs * w.taps());
        Floats gradient = Floats.allocate(dense.tiles().length());
        double flops = 2.0 * outputs * columns * in.images() * out.height() * out.width();
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("dense forward", flops, () -> Conv.apply(compute, dense, taps, null, Activation.NONE, x, y)));
        parts.add(new Part("dense dX", flops, () -> {
            Conv.transpose(dense, w.taps(), turned);
            Conv.apply(compute, turned, back, null, Activation.NONE, y, x);
        }));
        parts.add(new Part("dense dW", flops, () -> Conv.gradient(compute, taps, y, x, gradient)));
        Rng rng = new Rng(percent);
        Topology.Builder b = new Topology.Builder(outputs, columns, 16);
        for (int i = 0; i < outputs * columns; i++) {
            if (rng.nextInt(100) >= percent) {
                b.add(i / columns, i % columns);
            }
        }
        Topology live = b.build();
        ConvWeight weight = ConvWeight.pack(Arena.ofAuto(), "w", live, random(live.count()), inputs, w.height(), w.width());
        ConvTranspose transpose = weight.transpose(Arena.ofAuto());
        Floats own = Floats.allocate(live.count());
        double fewer = flops * live.count() / outputs / columns;
        parts.add(new Part("sparse forward", fewer, () -> Conv.apply(compute, weight, taps, null, Activation.NONE, x, y)));
        parts.add(new Part("sparse dX", fewer, () -> {
            transpose.refresh();
            Conv.apply(compute, transpose.weight(), back, null, Activation.NONE, y, x);
        }));
        parts.add(new Part("sparse dW", fewer, () -> Conv.gradient(compute, weight, taps, y, x, own)));
        return parts;
    }

    private static List<Part> depthwise(Compute compute, Planes in, Window w) {
        Taps taps = Taps.of(w, in, w.forward(in, in.channels()));
        Taps back = Taps.of(w.backward(), taps.out(), in);
        double flops = 2.0 * in.channels() * w.taps() * in.images() * taps.out().height() * taps.out().width();
        Floats x = random(in.length());
        Floats y = random(taps.out().length());
        Floats weights = random(in.channels() * w.taps());
        Floats gradient = Floats.allocate(weights.length());
        return List.of(new Part("forward", flops, () -> Conv.depthwise(compute, weights, taps, null, Activation.NONE, x, y)),
                new Part("dX", flops, () -> Conv.depthwise(compute, Conv.turned(weights, w.taps()), back, null, Activation.NONE, y, x)),
                new Part("dW", flops, () -> Conv.depthwiseGradient(compute, taps, y, x, gradient)));
    }

    private static Tiled tiled(int rows, int columns) {
        return new Tiled(rows, columns, random(Tiled.tiles(rows) * Kernels.TILE_ROWS * columns));
    }

    private static Floats random(int length) {
        Rng rng = new Rng(length);
        Floats f = Floats.allocate(length);
        for (int i = 0; i < length; i++) {
            f.set(i, rng.nextFloat() - 0.5f);
        }
        return f;
    }

    /** Each part once a round, medians over rounds; a step is the sum of its medians. */
    private static void report(String title, List<Part> parts) {
        double[][] seconds = new double[parts.size()][ROUNDS];
        for (int round = -2; round < ROUNDS; round++) {
            for (int p = 0; p < parts.size(); p++) {
                long begin = System.nanoTime();
                parts.get(p).body.run();
                if (round >= 0) {
                    seconds[p][round] = (System.nanoTime() - begin) / 1e9;
                }
            }
        }
        System.out.println("-- " + title);
        double[] steps = new double[2];
        for (int p = 0; p < parts.size(); p++) {
            Arrays.sort(seconds[p]);
            double t = seconds[p][ROUNDS / 2];
            steps[p / 3] += t;
            System.out.printf(Locale.ROOT, "%-16s %9.1f us %7.1f GFLOP/s%n", parts.get(p).name, t * 1e6, parts.get(p).flops / t / 1e9);
        }
        if (parts.size() > 3) {
            System.out.printf(Locale.ROOT, "step: dense %.1f us, sparse %.1f us, x%.2f%n", steps[0] * 1e6, steps[1] * 1e6, steps[0] / steps[1]);
        }
    }
}
