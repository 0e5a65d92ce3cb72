package dev.filigree.app.million;

import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import dev.filigree.report.Progress;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Birth;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.Loop;
import dev.filigree.train.Memory;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;

/** Trains one rung after the other with the loop, the regime and the optimizer that every run has, and times the parts of an epoch. */
public final class Ladder {

    /** Divided by the width: an output adds as many inputs as a layer has neurons. */
    private static final double RATE = 3;
    private static final double MOMENTUM = 0.9;
    private static final double DECAY = 2e-4;
    /** Epochs before the first that counts go on for so many seconds, in which the compiler is at work; one more step moves positions. */
    private static final double COLD_SECONDS = 3;
    /** Warm epochs go on for so many seconds, within these limits. */
    private static final double SECONDS = 4;
    private static final int FEWEST = 2;
    private static final int MOST = 1000;

    private final Compute compute;
    private final long seed;
    private final boolean quick;
    private final Progress progress;

    /** @param quick whether one warm epoch is enough */
    public Ladder(Compute compute, long seed, boolean quick, Progress progress) {
        this.compute = compute;
        this.seed = seed;
        this.quick = quick;
        this.progress = progress;
    }

    /**
     * What a rung took.
     *
     * @param connections    live positions of all weights
     * @param initialisation seconds until the first step
     * @param training       seconds of a warm epoch without the change of positions, median
     * @param topology       seconds of the change of positions of a warm epoch, median
     * @param loss           of the last step
     * @param peak           most bytes resident in this process up to the end of this rung
     */
    public record Climbed(Rung rung, long connections, double initialisation, double training, double topology, double loss, Memory memory, OptionalLong peak) {

        /** Seconds of a warm epoch. */
        public double epoch() {
            return training + topology;
        }

        /** Bytes held for the parameters, a connection. */
        public double bytes() {
            return memory.parameters() / (double) connections;
        }
    }

    /** Trains one rung for some epochs. */
    public Climbed climb(Rung rung) {
        long begin = System.nanoTime();
        Rng rng = new Rng(seed);
        Mlp network = new Mlp(rung.widths(), Activation.RELU);
        born(network, rng.split("birth"));
                List<Site> sites = network.sites().stream().filter(s -> Rung.live(s) < s.positions()).toList();
        Timed change = new Timed(Parts.REGIMES.make("set(every=" + Rung.STEPS + ")").hooks(sites, 0).getFirst());
        Setup setup = new Setup(new Supervised(new CrossEntropy(0)),
                new ExampleBatches(new Noise(Rung.EXAMPLES, Rung.FEATURES, Rung.CLASSES, seed), Rung.BATCH, rng.split("order")),
                new Sgd(MOMENTUM, false, DECAY), RATE / rung.hidden(), new Rates.Constant(0), Double.MAX_VALUE, (long) MOST * Rung.STEPS, Layout.CSR, List.of(change),
                rng.split("training"));
        try (Loop loop = new Loop(compute, network, setup); Progress.Stage stage = progress.stage("row " + rung.number(), 0)) {
            double initialisation = seconds(begin);
            double cold = 0;
            while (cold < COLD_SECONDS) {
                cold += epoch(loop, change).all();
            }
            loop.advance();
            change.take();
            List<Epoch> warm = new ArrayList<>();
            double spent = 0;
            while (warm.size() < (quick ? 1 : FEWEST) || spent < (quick ? 1 : SECONDS) && warm.size() < MOST / 2) {
                warm.add(epoch(loop, change));
                spent += warm.getLast().all();
                stage.note(String.format(Locale.ROOT, "warm epoch %d: %.3f s + %.3f s", warm.size(), warm.getLast().training(), warm.getLast().topology()));
            }
            long live = network.live();
            return new Climbed(rung, live, initialisation, median(warm, Epoch::training), median(warm, Epoch::topology), loop.loss().total(), loop.memory(), Resident.peak());
        }
    }

    /** Seconds of the parts of an epoch. */
    private record Epoch(double training, double topology) {
        double all() {
            return training + topology;
        }
    }

    private static Epoch epoch(Loop loop, Timed change) {
        long start = System.nanoTime();
        for (int i = 0; i < Rung.STEPS; i++) {
            loop.advance();
        }
        double topology = change.take();
        return new Epoch(seconds(start) - topology, topology);
    }

    private void born(Mlp network, Rng rng) {
        Birth birth = new Birth(compute, network, rng.split("values"));
        for (Site s : network.sites()) {
            long live = Rung.live(s);
            if (live < s.positions()) {
                try (Arena arena = Arena.ofShared()) {
                    Topology random = Sampling.topology(arena, compute.parallel(), s.rows(), s.cols(), Math.toIntExact(live), rng.split("positions of " + s.name()));
                    birth.sparse(s, random, Layout.CSR);
                }
            } else {
                birth.dense(s);
            }
        }
    }

    private static double median(List<Epoch> epochs, ToDoubleFunction<Epoch> part) {
        double[] sorted = epochs.stream().mapToDouble(part).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) * 1e-9;
    }
}
