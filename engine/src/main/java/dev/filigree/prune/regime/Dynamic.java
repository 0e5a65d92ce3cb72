package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.drop.SmallestOfEachSign;
import dev.filigree.prune.growth.GradientGrowth;
import dev.filigree.prune.growth.RandomGrowth;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.train.Hook;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Born sparse at random positions, which stay or move; never dense. The methods of this kind are values.
 *
 * @param rewire how positions move; empty when they stay
 */
public record Dynamic(Allocation allocation, Optional<Rewire> rewire) implements Regime {

    /** Random positions that stay. */
    public static final Catalog.Entry<Regime> STATIC = Catalog.entry("static", "Liu et al. 2022, arXiv:2202.02643", "random positions that stay", List.of(allocation("erk")),
            s -> new Dynamic(Parts.ALLOCATIONS.make(s.text("allocation")), Optional.empty()));

    /** Sparse evolutionary training. */
    public static final Catalog.Entry<Regime> SET = Catalog.entry("set", "Mocanu et al. 2018, arXiv:1707.04780",
            "each epoch the weights nearest to zero die and as many are born at random",
            List.of(allocation("erk"), Option.of("every", 0, "steps from one time to the next, 0 for an epoch"), Option.of("share", 0.3, "share that dies"),
                    Option.of("until", 1.0, "share of the steps after which positions stay")),
            s -> new Dynamic(Parts.ALLOCATIONS.make(s.text("allocation")), Optional.of(new Rewire(new SmallestOfEachSign(), new RandomGrowth(),
                    new Churn.Even(s.integer("every"), s.number("share"), s.number("until"))))));

    /** The rigged lottery. */
    public static final Catalog.Entry<Regime> RIGL = Catalog.entry("rigl", "Evci et al. 2020, arXiv:1911.11134",
            "now and then the smallest weights die and as many are born where the gradient is largest",
            List.of(allocation("erk"), Option.of("every", 100, "steps from one time to the next, 0 for an epoch"),
                    Option.of("share", 0.3, "share that dies at first; it falls along half a cosine"), Option.of("until", 0.75, "share of the steps after which positions stay")),
            s -> new Dynamic(Parts.ALLOCATIONS.make(s.text("allocation")), Optional.of(new Rewire(new Smallest(), new GradientGrowth(),
                    new Churn.Cosine(s.integer("every"), s.number("share"), s.number("until"))))));

    public Dynamic {
        Regimes.byShape(allocation);
    }

    private static Option allocation(String preset) {
        return Option.of("allocation", preset, "how survivors are spread over layers");
    }

    @Override
    public Footprint footprint() {
        return Footprint.SPARSE;
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        return Regimes.keep(allocation, sites, sparsity);
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return rewire.<Hook>map(r -> r).stream().toList();
    }

    @Override
    public Regime with(Allocation other) {
        return new Dynamic(other, rewire);
    }
}
