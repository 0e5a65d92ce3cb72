package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;

/**
 * Where the time of a training step of square layers goes, beside the dense products in it: not a test, run its
 * {@code main}. Arguments: threads, rows of a layer, batch, seconds of a round, rounds, then sparsities in percent,
 * or patterns such as 2:4 of a dense master, or N:M methods such as {@code bdwp(pattern=2:8)}.
 * Properties: {@code cpu=true} takes the calling thread's time, for busy machines; {@code profile=true} shows kernels;
 * {@code clip}, the longest gradient.
 */
final class MlpStepBench {

    private static final int LAYERS = 3;
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private final int side;
    private final int batch;

    private MlpStepBench(int side, int batch) {
        this.side = side;
        this.batch = batch;
    }

    public static void main(String[] args) {
        MlpStepBench bench = new MlpStepBench(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        double seconds = Double.parseDouble(args[3]);
        int rounds = Integer.parseInt(args[4]);
        Compute plain = Compute.of(Integer.parseInt(args[0]));
        try (Parallel parallel = plain.parallel()) {
            Runnable[] contestants = new Runnable[args.length - 4];
            Loop[] loops = new Loop[contestants.length];
            contestants[0] = bench.products(plain);
            for (int i = 1; i < contestants.length; i++) {
                Loop loop = bench.loop(plain, args[4 + i]);
                loops[i] = loop;
                contestants[i] = loop::advance;
            }
            double[][] found = new double[contestants.length][rounds];
            for (int round = -1; round < rounds; round++) {
                for (int i = 0; i < contestants.length; i++) {
                    double ms = milliseconds(contestants[i], seconds);
                    if (round >= 0) {
                        found[i][round] = ms;
                    }
                }
            }
            double products = median(found[0]);
            System.out.printf(Locale.ROOT, "%d dense products: %.2f ms%n", 3 * LAYERS - 1, products);
            for (int i = 1; i < contestants.length; i++) {
                double step = median(found[i]);
                System.out.printf(Locale.ROOT, "step at %s: %.3f ms, %.2f times as fast as the products%n", args[4 + i], step, products / step);
            }
            if (Boolean.getBoolean("profile")) {
                for (int i = 1; i < contestants.length; i++) {
                    Clocked clocked = new Clocked(plain.kernels());
                    System.out.println("at " + args[4 + i]);
                    Loop loop = bench.loop(new Compute(clocked.kernels(), parallel), args[4 + i]);
                    milliseconds(loop::advance, seconds);
                    clocked.clear();
                    for (int step = 0; step < 50; step++) {
                        loop.advance();
                    }
                    clocked.print(50);
                }
            }
        }
    }

    /** As many dense products of the step's shape as a dense step takes. */
    private Runnable products(Compute compute) {
        Weight[] w = new Weight[LAYERS];
        for (int i = 0; i < LAYERS; i++) {
            w[i] = new Tiled(side, side, random(side * side, new Rng(i)));
        }
        Value x = value();
        Value y = value();
        return () -> {
            for (int i = 0; i < 3 * LAYERS - 1; i++) {
                Matmul.apply(compute, w[i % LAYERS], null, Activation.NONE, x.data(), y.data(), x.panels(), x.width());
            }
        };
    }

    private Loop loop(Compute compute, String what) {
        boolean projected = what.contains(":");
        String regime = what.contains("(") ? what : "ste(pattern=" + what + ")";
        double sparsity = projected ? 0 : Double.parseDouble(what) / 100;
        Mlp net = new Mlp(Collections.nCopies(LAYERS + 1, side), Activation.RELU);
        Birth birth = new Birth(compute, net, new Rng(1));
        for (Site s : net.sites()) {
            if (sparsity == 0) {
                birth.dense(s);
            } else {
                birth.sparse(s, Sampling.topology(side, side, (int) Math.round((1 - sparsity) * s.positions()), new Rng(2).split(s.name())), Layout.CSR);
            }
        }
        Samples samples = new Samples(value(), new int[0]);
        Floats dy = value().data();
        Step step = (loop, in) -> {
            Value y = loop.model().forward(loop.tape(), in);
            loop.tape().seed(y, dy);
            loop.tape().backward();
            return new Loss(0, Map.of());
        };
        double clip = Double.parseDouble(System.getProperty("clip", "Infinity"));
        return new Loop(compute, net, new Setup(step, new Same(samples), new Sgd(0.9, false, 1e-4), 1e-9, new Rates.Constant(0), clip, Long.MAX_VALUE / 2,
                Layout.CSR, projected ? Parts.REGIMES.make(regime).hooks(net.sites(), 0) : List.of(), new Rng(3)));
    }

    private Value value() {
        int width = Kernels.widthFor(batch);
        return new Value(random(Value.length(side, batch, width), new Rng(4)), side, batch, width).clearPadding();
    }

    private static Floats random(int length, Rng rng) {
        Floats all = Floats.allocate(length);
        for (int i = 0; i < length; i++) {
            all.set(i, (float) rng.nextGaussian());
        }
        return all;
    }

    private static double milliseconds(Runnable call, double seconds) {
        long start = System.nanoTime();
        long cpu = CLOCK.getCurrentThreadCpuTime();
        long calls = 0;
        do {
            call.run();
            calls++;
        } while ((System.nanoTime() - start) * 1e-9 < seconds);
        return (Boolean.getBoolean("cpu") ? CLOCK.getCurrentThreadCpuTime() - cpu : System.nanoTime() - start) * 1e-6 / calls;
    }

    private static double median(double[] all) {
        double[] sorted = DoubleStream.of(all).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** The same examples in every step. */
    private record Same(Samples samples) implements Batches {
        @Override
        public Batch next() {
            return samples;
        }

        @Override
        public int size() {
            return samples.size();
        }

        @Override
        public int count() {
            return samples.size();
        }

        @Override
        public long epoch() {
            return 0;
        }

        @Override
        public String fingerprint() {
            return "same";
        }

        @Override
        public void save(StateWriter out) {
        }

        @Override
        public void load(StateReader in) {
        }
    }
}
