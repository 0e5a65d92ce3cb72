package dev.filigree.app.train;

import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Coupling;
import dev.filigree.model.Narrowing;
import dev.filigree.model.Network;
import dev.filigree.prune.Parts;
import dev.filigree.prune.channels.Choice;
import dev.filigree.train.Problem;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Trains a whole network, removes channels for good and tunes what is left. */
public final class Shrink {

    private final Relay relay;
    private final TrainSettings whole;
    private final TrainSettings tune;
    private final double keep;
    private final Map<Long, Network> plain = new HashMap<>(); // trained without a thought of channels, by seed

    /**
     * @param whole how the whole network is trained
     * @param tune  how what is left is tuned
     * @param keep  share of channels that stays
     */
    public Shrink(Problem problem, Compute compute, TrainSettings whole, TrainSettings tune, double keep) {
        this.relay = new Relay(problem, compute);
        this.whole = whole;
        this.tune = tune;
        this.keep = keep;
        Network like = whole.architecture().build(problem.input(), problem.outputs());
        if (like.couplings().isEmpty()) {
            like.narrowed(List.of()); // refuses, with a line that says which can
        }
    }

    /**
     * What came out.
     *
     * @param whole as it was when channels were removed; null where none were
     * @param left  at the end
     * @param uncut accuracy of the whole network then
     * @param cut   accuracy without the channels and before tuning, statistics of normalisation measured anew; null where none were removed
     * @param right accuracy at the end
     */
    public record Shrunk(Network whole, Network left, double uncut, Double cut, double right) {

        /** Channels at the end. */
        public int channels() {
            return channels(left);
        }

        public static int channels(Network network) {
            return network.couplings().stream().mapToInt(Coupling::channels).sum();
        }

        /** Channels of the whole network that had a weight other than zero when the others were removed. */
        public int alive() {
            return whole.couplings().stream().mapToInt(c -> {
                BitSet alive = new BitSet();
                c.makers().forEach(p -> p.backward().forEach((row, col, slot, v) -> alive.set(row, v != 0 || alive.get(row))));
                return alive.cardinality();
            }).sum();
        }
    }

    public Relay relay() {
        return relay;
    }

    /** The whole network, trained for as many epochs as the others altogether. */
    public Shrunk dense(long seed) {
        return dense(whole.model(), seed);
    }

    /** Another network for as many epochs. */
    public Shrunk dense(String model, long seed) {
        Network n = relay.first(whole.with(model, "dense", "").withEpochs(whole.epochs() + tune.epochs()).withSeed(seed));
        double right = score(n);
        return new Shrunk(null, n, right, null, right);
    }

    /** One that is trained without a thought of channels, which then go by a rule; rules share the training. */
    public Shrunk afterwards(String rule, long seed) {
        return cut(plain.computeIfAbsent(seed, s -> relay.first(whole.withSeed(s))), Parts.CHANNELS.make(rule).prepare(keep), seed);
    }

    /** One that is trained by a rule. */
    public Shrunk by(String rule, long seed) {
        Choice choice = Parts.CHANNELS.make(rule).prepare(keep);
        return cut(relay.first(whole.withSeed(seed), List.of(choice)), choice, seed);
    }

    private Shrunk cut(Network trained, Choice choice, long seed) {
        Network left = relay.recalibrated(Narrowing.of(trained, choice.keep(trained, new Rng(seed).split("channels"))), tune.withSeed(seed));
        double cut = score(left);
        double uncut = score(trained);
        return new Shrunk(trained, relay.on(left, tune.withSeed(seed)), uncut, cut, score(left));
    }

    private double score(Network n) {
        return relay.score(n, whole.batch()).right();
    }
}
