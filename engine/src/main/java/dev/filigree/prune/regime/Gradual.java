package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.schedule.Cubic;
import dev.filigree.train.Hook;
import java.util.List;
import java.util.Map;

/**
 * Gradual magnitude pruning: born dense, and the smallest weights die for good in many small prunings, along
 * {@code s = target (1 - (1 - progress)^3)}. What is pruned is stored sparse from the first pruning on. With one pruning in
 * the middle of two rounds it is one-shot magnitude pruning of a trained network (Han et al. 2015), tuned for as long as
 * it was trained.
 *
 * @param from   share of the steps before the first pruning
 * @param rounds courses of rates, one after the other
 */
public record Gradual(Thinning thinning, Cubic schedule, double from, int rounds) implements Regime {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("gmp", "Zhu and Gupta 2017, arXiv:1710.01878",
            "born dense, the smallest weights die in many small prunings", List.of(Option.of("allocation", "uniform", "how survivors are spread over layers; global is one threshold for all"),
                    Option.of("from", 0.05, "share of the steps before the first pruning"), Option.of("until", 0.6, "share of the steps after which the target is reached"),
                    Option.of("times", 20, "prunings on the way"), Option.of("rounds", 1, "courses of rates, one after the other")),
            s -> new Gradual(new Thinning(Parts.ALLOCATIONS.make(s.text("allocation"))), new Cubic(0, s.number("until"), s.integer("times")), s.number("from"), s.integer("rounds")));

    public Gradual {
        if (!(from >= 0 && from < schedule.until())) {
            throw new UserError("method gmp: found from=" + from + " and until=" + schedule.until() + ", expected 0 <= from < until");
        }
        if (rounds < 1 || rounds > 1000) {
            throw new UserError("method gmp: found rounds=" + rounds + ", expected 1 to 1000");
        }
    }

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_MASTER;
    }

    @Override
    public int rounds(double sparsity) {
        return rounds;
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        return Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of(thinning.along(List.copyOf(sites), (loop, step) -> step >= from * loop.steps() && schedule.fires(step, loop.steps())
                ? schedule.sparsity(step, loop.steps(), sparsity) : Double.NaN));
    }

    @Override
    public Regime with(Allocation other) {
        return new Gradual(new Thinning(other), schedule, from, rounds);
    }
}
