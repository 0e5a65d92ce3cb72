package dev.filigree.app.studies;

import dev.filigree.app.train.Relay;
import dev.filigree.app.train.TrainSettings;
import dev.filigree.base.Rng;
import dev.filigree.model.Coupling;
import dev.filigree.model.Narrowing;
import dev.filigree.model.Network;
import dev.filigree.prune.Parts;
import dev.filigree.prune.channels.Choice;
import dev.filigree.report.Column;
import dev.filigree.report.Table;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What studies share in which a network is trained whole, loses channels for good and is tuned. */
final class Shrinking {

    private static final int RACE_BATCH = 64;
    private static final double MICROS = 1e6;

    private final Lab lab;
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
    Shrinking(Lab lab, TrainSettings whole, TrainSettings tune, double keep) {
        this.lab = lab;
        this.relay = new Relay(lab.problem(), lab.compute());
        this.whole = whole;
        this.tune = tune;
        this.keep = keep;
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
    record Shrunk(Network whole, Network left, double uncut, Double cut, double right) {

        int channels() {
            return left.couplings().stream().mapToInt(Coupling::channels).sum();
        }

        /** Channels of the whole network that had a weight other than zero when the others were removed. */
        int alive() {
            return whole.couplings().stream().mapToInt(c -> {
                BitSet alive = new BitSet();
                c.makers().forEach(p -> p.backward().forEach((row, col, slot, v) -> alive.set(row, v != 0 || alive.get(row))));
                return alive.cardinality();
            }).sum();
        }
    }

    /** The whole network, trained for as many epochs as the others altogether. */
    Shrunk dense(long seed) {
        return dense(whole.model(), seed);
    }

    /** Another network for as many epochs. */
    Shrunk dense(String model, long seed) {
        Network n = relay.first(whole.with(model, "dense", "").withEpochs(whole.epochs() + tune.epochs()).withSeed(seed));
        double right = score(n);
        return new Shrunk(null, n, right, null, right);
    }

    /** One that is trained without a thought of channels, which then go by a rule; rules share the training. */
    Shrunk afterwards(String rule, long seed) {
        return cut(plain.computeIfAbsent(seed, s -> relay.first(whole.withSeed(s))), Parts.CHANNELS.make(rule).prepare(keep), seed);
    }

    /** One that is trained by a rule. */
    Shrunk by(String rule, long seed) {
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

    /** One row for each rival; the first is what times are compared with. */
    Table table(String title, Map<String, List<Shrunk>> found) {
        List<Network> first = found.values().stream().map(all -> all.getFirst().left()).toList();
        List<Double> seconds = relay.race(first, RACE_BATCH, lab.quick() ? 4 : 60);
        Table t = new Table(title, Column.text("rival"), Column.count("channels"), Column.number("not zero before", 1), Column.count("weights"), Column.count("multiply-adds an image"), Column.percent("accuracy whole", 2), Column.percent("when cut", 2),
                Column.percent("at the end", 2), Column.percent("deviation", 2), Column.number("us an image", 1), Column.ratio("times as fast"));
        int i = 0;
        for (Map.Entry<String, List<Shrunk>> e : found.entrySet()) {
            Numbers right = right(e.getValue());
            Network n = first.get(i);
            t.row(e.getKey(), e.getValue().getFirst().channels(), e.getValue().getFirst().whole() == null ? null : (Double) Numbers.of(e.getValue(), Shrunk::alive).mean(), n.positions(), Math.round(relay.multiplyAdds(n)), uncut(e.getValue()).mean(),
                    e.getValue().getFirst().cut() == null ? null : (Double) cut(e.getValue()).mean(), right.mean(), right.spread(), MICROS * seconds.get(i), seconds.getFirst() / seconds.get(i));
            i++;
        }
        return t;
    }

    static Numbers right(List<Shrunk> all) {
        return Numbers.of(all, Shrunk::right);
    }

    static Numbers uncut(List<Shrunk> all) {
        return Numbers.of(all, Shrunk::uncut);
    }

    static Numbers cut(List<Shrunk> all) {
        return Numbers.of(all, Shrunk::cut);
    }
}
