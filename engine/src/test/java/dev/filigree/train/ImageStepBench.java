package dev.filigree.train;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.data.ByteImages;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.train.loss.CrossEntropy;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Whole steps of a network for 32x32 images, sparse beside dense in turns, then where their time goes: not a test, run its
 * {@code main}. Arguments: network ("resnet", "mobilenet(width=1)"), threads, images a batch, sparsity in percent, seconds.
 */
final class ImageStepBench {

    private static final Shape SHAPE = new Shape(3, 32, 32);
    private static final int CLASSES = 10;
    private static final int IMAGES = 1024;

    private final String network;
    private final int batch;
    private final double density;
    private final ByteImages images;

    private ImageStepBench(String network, int batch, double density) {
        this.network = network;
        this.batch = batch;
        this.density = density;
        byte[] pixels = new byte[IMAGES * SHAPE.size()];
        Rng rng = new Rng(1);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) rng.nextInt(256);
        }
        this.images = ByteImages.of(SHAPE, pixels, IntStream.range(0, IMAGES).map(i -> i % CLASSES).toArray(),
                IntStream.range(0, CLASSES).mapToObj(Integer::toString).toList(), null);
    }

    public static void main(String[] args) {
        ImageStepBench bench = new ImageStepBench(args[0], Integer.parseInt(args[2]), 1 - Double.parseDouble(args[3]) / 100);
        double seconds = Double.parseDouble(args[4]);
        try (Parallel parallel = new Parallel(Integer.parseInt(args[1]))) {
            bench.inTurns(new Compute(Kernels.best(), parallel), seconds);
            for (boolean sparse : new boolean[] {true, false}) {
                Clocked clocked = new Clocked(Kernels.best());
                bench.profile(new Compute(clocked.kernels(), parallel), clocked, sparse);
            }
        }
    }

    private Loop loop(Compute compute, boolean sparse) {
        Network net = dev.filigree.Parts.NETWORKS.make(network).build(SHAPE, CLASSES);
        Birth birth = new Birth(compute, net, new Rng(2));
        for (Site s : net.sites()) {
            if (sparse) {
                birth.sparse(s, Sampling.topology(s.rows(), s.cols(), (int) Math.ceil(density * s.positions()), new Rng(3).split(s.name())), Layout.CSR);
            } else {
                birth.dense(s);
            }
        }
        ExampleBatches batches = new ExampleBatches(images, batch, net.form(), Augmentation.PHOTOGRAPHS, new Rng(4));
        return new Loop(compute, net, new Setup(new Supervised(new CrossEntropy(0)), batches, new Sgd(0.9, false, 1e-4), 0.01, new Rates.Cosine(0, 0), 5, 1 << 20,
                Layout.CSR, List.of(), new Rng(5)));
    }

    private void inTurns(Compute compute, double seconds) {
        com.sun.management.ThreadMXBean memory = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Loop sparse = loop(compute, true); Loop dense = loop(compute, false)) {
            List<Loop> loops = List.of(sparse, dense);
            List<List<Double>> ms = List.of(new ArrayList<>(), new ArrayList<>());
            List<List<Double>> own = List.of(new ArrayList<>(), new ArrayList<>()); // of the calling thread: neighbours do not count
            long[] allocated = new long[2];
            long begin = System.nanoTime();
            for (boolean warm = false; (System.nanoTime() - begin) * 1e-9 < seconds || !warm;) {
                if (!warm && (System.nanoTime() - begin) * 1e-9 > seconds / 2) {
                    warm = true;
                    ms.forEach(List::clear);
                    own.forEach(List::clear);
                }
                for (int i = 0; i < 2; i++) {
                    long before = memory.getTotalThreadAllocatedBytes();
                    long start = System.nanoTime();
                    long cpu = memory.getCurrentThreadCpuTime();
                    loops.get(i).advance();
                    ms.get(i).add((System.nanoTime() - start) * 1e-6);
                    own.get(i).add((memory.getCurrentThreadCpuTime() - cpu) * 1e-6);
                    allocated[i] = memory.getTotalThreadAllocatedBytes() - before;
                }
            }
            ms.forEach(m -> m.sort(null));
            own.forEach(m -> m.sort(null));
            System.out.printf(Locale.ROOT, "calling thread's time: sparse %.1f ms, dense %.1f ms%n", own.get(0).get(own.get(0).size() / 2), own.get(1).get(own.get(1).size() / 2));
            double s = ms.get(0).get(ms.get(0).size() / 2);
            double d = ms.get(1).get(ms.get(1).size() / 2);
            System.out.printf(Locale.ROOT, "%s %s, %d threads, batch %d: sparse %.1f ms (%,d bytes allocated), dense %.1f ms (%,d bytes), %.2fx, %d steps each; activations %,d MB%n",
                    network, compute.kernels().name(), compute.parallel().threads(), batch, s, allocated[0], d, allocated[1], d / s, ms.get(0).size(), sparse.tape().bytes() >> 20);
        }
    }

    private void profile(Compute compute, Clocked clocked, boolean sparse) {
        int steps = 10;
        try (Loop loop = loop(compute, sparse)) {
            long start = 0;
            for (int i = 0; i < 5 + steps; i++) {
                if (i == 5) {
                    clocked.clear();
                    start = System.nanoTime();
                }
                loop.advance();
            }
            System.out.printf(Locale.ROOT, "%s: %.1f ms a step, clocked%n", sparse ? "sparse" : "dense", (System.nanoTime() - start) * 1e-6 / steps);
            clocked.print(steps);
            long begin = System.nanoTime();
            for (int i = 0; i < steps; i++) {
                loop.setup().batches().next();
            }
            System.out.printf(Locale.ROOT, "  a batch takes %.2f ms%n", (System.nanoTime() - begin) * 1e-6 / steps);
        }
    }
}
