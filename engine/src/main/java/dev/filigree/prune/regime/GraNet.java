package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.allocation.ErdosRenyi;
import dev.filigree.prune.allocation.Global;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.growth.GradientGrowth;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.prune.schedule.Cubic;
import dev.filigree.train.Hook;
import java.util.List;
import java.util.Map;

/**
 * Gradual pruning with neuroregeneration: now and then the smallest weights of all sites die for good, so that the share of
 * zeros follows {@code s = target + (from - target) (1 - progress)^3}, and in the same step each site drops {@code r nnz} more and
 * grows as many where the gradient is largest, with {@code r = share/2 (1 + cos(pi step/steps))}. Born dense ({@code from} 0), or
 * sparse and then never dense.
 *
 * @param thinning how pruning is spread; where that is one threshold for all, what is born sparse is spread by ERK
 * @param from     share of zeros at birth, when the target is above it
 * @param until    share of the steps after which the target is reached; regeneration goes on to the end
 */
public record GraNet(Thinning thinning, double from, double until, Churn.Times when) implements Regime {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("granet", "Liu et al. 2021, arXiv:2106.10404",
            "pruned gradually, and each time some more die and as many are born by gradient",
            List.of(Option.of("from", 0.0, "share of zeros at birth: 0 is dense, 0.5 the published sparse form"),
                    Option.of("allocation", "global", "how survivors are spread over layers; global is one threshold for all"),
                    Option.of("times", 40, "how often in the whole run"), Option.of("share", 0.5, "share that dies and is born at first; it falls along half a cosine"),
                    Option.of("until", 0.7, "share of the steps after which the target is reached")),
            s -> new GraNet(new Thinning(Parts.ALLOCATIONS.make(s.text("allocation"))), s.number("from"), s.number("until"),
                    new Churn.Times(s.integer("times"), s.number("share"), 1)));

    public GraNet {
        if (!(from >= 0 && from < 1 && until > 0 && until * when.times() <= when.times() - 1)) {
            throw new UserError("method granet: found from=" + from + ", until=" + until + ", times=" + when.times()
                    + ", expected from in [0, 1), and until so that one of the times comes between it and the end: at most 1 - 1/times");
        }
    }

    @Override
    public Footprint footprint() {
        return from > 0 ? Footprint.SPARSE : Footprint.DENSE_MASTER;
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        Allocation atBirth = thinning.allocation() instanceof Global ? new ErdosRenyi(true) : thinning.allocation();
        return from > 0 ? Regimes.keep(atBirth, sites, Math.min(from, sparsity)) : Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        Hook prune = thinning.along(List.copyOf(sites), (loop, step) -> when.fires(step, loop.steps(), loop.stepsPerEpoch())
                ? Cubic.at(Math.min(from, sparsity), sparsity, Math.min(1, step / (until * loop.steps()))) : Double.NaN);
        return List.of(prune, new Rewire(new Smallest(), new GradientGrowth(), when));
    }

    @Override
    public Regime with(Allocation other) {
        return new GraNet(new Thinning(other), from, until, when);
    }
}
