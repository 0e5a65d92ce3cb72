package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Birth;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.List;
import java.util.Map;

/**
 * Random positions that stay, the best of several drawings: the one with the lowest loss of its untrained network on the
 * first batches. Each drawing has positions and values of its own. (The paper draws hidden units, and judges on validation
 * data; here single positions are drawn, and judged on data of training.) Never dense.
 *
 * @param candidates drawings, the network as it was born among them
 * @param batches    that each is judged on
 */
public record RandomSearch(Allocation allocation, int candidates, int batches) implements Regime {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("random-search", "Farahani 2024, arXiv:2403.08265",
            "random positions that stay, those of many drawings with the lowest loss before training",
            List.of(Option.of("allocation", "erk", "how survivors are spread over layers"), Option.of("candidates", 100, "drawings"),
                    Option.of("batches", 4, "that each is judged on")),
            s -> new RandomSearch(Parts.ALLOCATIONS.make(s.text("allocation")), s.integer("candidates"), s.integer("batches")));

    public RandomSearch {
        Regimes.byShape(allocation);
        if (candidates < 1 || batches < 1) {
            throw new UserError("method random-search: found candidates=" + candidates + " and batches=" + batches + ", expected both at least 1");
        }
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
        return List.of(new Search());
    }

    @Override
    public Regime with(Allocation other) {
        return new RandomSearch(other, candidates, batches);
    }

    /** Live positions of a site and their values. */
    private record Drawing(Topology live, Floats values) {
    }

    /** Draws and judges before the first step, and remembers nothing. */
    private final class Search implements Hook {

        @Override
        public void begin(Loop loop) {
            List<Site> sparse = loop.model().sites().stream().filter(s -> !(loop.model().param(s).forward() instanceof Tiled)).toList();
            List<Drawing> best = sparse.stream().map(s -> now(loop.model().param(s).forward())).toList();
            double lowest = loop.probe(loop.setup().step(), batches);
            for (int i = 1; i < candidates; i++) {
                Rng rng = loop.rng("random search").split("candidate " + i);
                List<Drawing> drawn = sparse.stream().map(s -> draw(loop, s, rng.split(s.name()))).toList();
                place(loop, sparse, drawn);
                double loss = loop.probe(loop.setup().step(), batches);
                if (loss < lowest) {
                    lowest = loss;
                    best = drawn;
                }
            }
            place(loop, sparse, best);
        }

        private static Drawing now(Weight w) {
            Topology live = Topology.of(w);
            return new Drawing(live, Layout.canonical(w, live));
        }

        private static Drawing draw(Loop loop, Site site, Rng rng) {
            int count = Math.toIntExact(loop.model().param(site).forward().nonZeros());
            return new Drawing(Sampling.topology(site.rows(), site.cols(), count, rng.split("positions")),
                    Birth.values(loop.compute(), (Network) loop.model(), site, count, rng.split("values")));
        }

        private static void place(Loop loop, List<Site> sites, List<Drawing> drawn) {
            for (int i = 0; i < sites.size(); i++) {
                loop.rewire(sites.get(i), drawn.get(i).live, drawn.get(i).values);
            }
        }
    }
}
