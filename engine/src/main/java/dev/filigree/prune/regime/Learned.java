package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.schedule.Cubic;
import dev.filigree.prune.schedule.OneShot;
import dev.filigree.prune.schedule.Schedule;
import dev.filigree.train.Hook;
import java.util.List;
import java.util.Map;

/**
 * Positions that are learned: every position of a dense master has a score, products see the weights at the highest scores,
 * packed, and the gradient at every position trains the scores (see {@link Scores}). The run ends sparse. The methods of
 * this kind are values; where a dense network comes first, it is trained for a whole course of rates, then the search for
 * another.
 *
 * @param density  the share of zeros over the search
 * @param dense    courses of rates for the dense network before the search: 0 or 1
 * @param start    where scores begin
 * @param trains   what learns during the search
 * @param rate     peak learning rate of the scores; it moves as that of the weights does
 * @param momentum memory of the running sum of the scores' gradients
 * @param implicit weight of the weights' answer to a change of positions, {@code 1 / gamma} in {@link Scores#learnAnswer}
 * @param every    steps from one choice of positions to the next
 * @param swaps    share of the swaps a choice asks for that is made, those with the widest gap between scores; below 1 it
 *                 falls evenly to none over the search
 * @param scaled   whether weights are multiplied with {@code 1 / sqrt(density)} first, so that a unit's sum stays as wide
 */
public record Learned(Allocation allocation, Schedule density, int dense, Start start, Trains trains, double rate, double momentum, double implicit, int every,
        double swaps, boolean scaled) implements Regime {

    /** What learns during the search. */
    enum Trains {
        /** Scores alone: nothing else of the network moves. */
        SCORES,
        /** Scores and weights, from the same batch. */
        TOGETHER,
        /** Weights in one step, scores in the next, each from a batch of its own. */
        IN_TURN
    }

    /** A subnetwork of random weights. */
    public static final Catalog.Entry<Regime> EDGE_POPUP = Catalog.entry("edge-popup", "Ramanujan et al. 2020, arXiv:1911.13299",
            "random weights never change; which of them live is learned", List.of(ofAllocation(), ofRate(0.1), ofMomentum(0.9), ofEvery(),
                    Option.of("scale", true, "whether weights are first multiplied with 1 / sqrt(density)")),
            s -> new Learned(Parts.ALLOCATIONS.make(s.text("allocation")), new OneShot(), 0, Start.RANDOM, Trains.SCORES, s.number("rate"), s.number("momentum"), 0,
                    s.integer("every"), 1, s.flag("scale")));

    /** A subnetwork of trained weights. */
    public static final Catalog.Entry<Regime> JACKPOTS = Catalog.entry("jackpots", "Zhang et al. 2021, arXiv:2104.08700",
            "a trained dense network's weights stay; which of them live is learned, beginning with the largest",
            List.of(ofAllocation(), ofRate(0.3), ofMomentum(0.9), ofEvery(),
                    Option.of("start", "survivors", "where scores begin: survivors (of a pruning by size), magnitude or random"),
                    Option.of("swaps", 0.5, "share of the swaps wanted that is made at first, falling to none; 1 for all of them always")),
            s -> new Learned(Parts.ALLOCATIONS.make(s.text("allocation")), new OneShot(), 1, Start.named("jackpots", s.text("start")), Trains.SCORES, s.number("rate"),
                    s.number("momentum"), 0, s.integer("every"), s.number("swaps"), false));

    /** Weights that move away from zero live. */
    public static final Catalog.Entry<Regime> MOVEMENT = Catalog.entry("movement", "Sanh et al. 2020, arXiv:2005.07683",
            "weights that training moves away from zero live; sparsity rises along a cubic curve",
            List.of(ofAllocation(), ofEvery(), Option.of("until", 0.6, "share of the steps after which the target is reached"),
                    Option.of("times", 20, "how often sparsity rises")),
            s -> new Learned(Parts.ALLOCATIONS.make(s.text("allocation")), new Cubic(0, s.number("until"), s.integer("times")), 0, Start.ZERO, Trains.TOGETHER, 1, 0, 0,
                    s.integer("every"), 1, false)); // scores that begin at zero only grow with their rate: it chooses nothing

    /** Positions and weights as two levels of one problem. */
    public static final Catalog.Entry<Regime> BIP = Catalog.entry("bip", "Zhang et al. 2022, arXiv:2210.04092; without the implicit term Sehwag et al. 2020, arXiv:2002.10509",
            "after dense training, steps of the weights take turns with steps of the positions, which foresee the weights' answer",
            List.of(ofAllocation(), ofRate(0.3), ofMomentum(0.9), ofEvery(), Option.of("implicit", 30.0, "weight of the weights' answer to other positions; 0 leaves it out")),
            s -> new Learned(Parts.ALLOCATIONS.make(s.text("allocation")), new OneShot(), 1, Start.MAGNITUDE, Trains.IN_TURN, s.number("rate"), s.number("momentum"),
                    s.number("implicit"), s.integer("every"), 1, false));

    public Learned {
        Regimes.byShape(allocation);
        if (!(rate >= 0 && rate < Double.MAX_VALUE && momentum >= 0 && momentum < 1 && implicit >= 0 && implicit < Double.MAX_VALUE && every >= 1 && swaps > 0 && swaps <= 1)) {
            throw new UserError("method of learned scores: found rate=" + rate + ", momentum=" + momentum + ", implicit=" + implicit + ", every=" + every + ", swaps=" + swaps
                    + "; expected rate and implicit at least 0, momentum in [0, 1), every at least 1 and swaps in (0, 1]");
        }
    }

    private static Option ofAllocation() {
        return Option.of("allocation", "erk", "how survivors are spread over layers");
    }

    private static Option ofRate(double preset) {
        return Option.of("rate", preset, "peak learning rate of the scores");
    }

    private static Option ofMomentum(double preset) {
        return Option.of("momentum", preset, "memory of the running sum of the scores' gradients");
    }

    private static Option ofEvery() {
        return Option.of("every", 1, "steps from one choice of positions to the next");
    }

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_SCORES;
    }

    @Override
    public int rounds(double sparsity) {
        return 1 + dense;
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        return Regimes.allOf(sites, allocation, sparsity);
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of(new Search(this, sites, sparsity));
    }

    @Override
    public Regime with(Allocation other) {
        return new Learned(other, density, dense, start, trains, rate, momentum, implicit, every, swaps, scaled);
    }
}
