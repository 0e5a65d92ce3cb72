package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.pattern.NofM;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Projection;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Trained dense, cut once to the largest N of every M inputs, and trained further as it is: what N:M from scratch is compared
 * with. From the cut on it is stored and trained sparse.
 *
 * @param at share of the steps before the cut
 */
public record CutOnce(NofM pattern, double at) implements Regime {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("asp", "Mishra et al. 2021, arXiv:2104.08378", "trained dense, cut once to N:M, trained further",
            List.of(Projected.pattern("2:4"), Option.of("at", 0.5, "share of the steps before the cut")),
            s -> new CutOnce(Projected.nOfM("asp", s.text("pattern")), s.number("at")));

    public CutOnce {
        if (!(at >= 0 && at < 1)) {
            throw new UserError("method asp: found at=" + at + ", expected a share of the steps, at least 0 and below 1");
        }
    }

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_MASTER;
    }

    @Override
    public OptionalDouble fixedSparsity() {
        return pattern.fixedSparsity();
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        Projected.check("asp", pattern, sites, sparsity);
        return Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of(new Cut(List.copyOf(sites)));
    }

    @Override
    public Regime with(Allocation allocation) {
        throw Projected.spreadsEvenly(pattern);
    }

    private final class Cut implements Hook {

        private final List<Site> sites;

        Cut(List<Site> sites) {
            this.sites = sites;
        }

        @Override
        public void beforeStep(Loop loop, long step) {
            if (step == (long) (at * loop.steps())) {
                sites.forEach(s -> cut(loop, s));
            }
        }

        private void cut(Loop loop, Site site) {
            Tiled dense = (Tiled) loop.model().param(site).forward();
            Projection projection = new Projection(site.rows(), site.cols(), pattern.n(), pattern.m());
            projection.choose(loop.compute(), dense);
            Csr packed = projection.room();
            projection.pack(loop.compute(), dense, packed);
            Topology live = Topology.of(packed);
            loop.rewire(site, live, Layout.canonical(packed, live));
        }
    }
}
