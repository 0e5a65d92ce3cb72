package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Gradient descent projected onto the ball of so many non-zeros (Seo et al. 2024, arXiv:2402.01261): after every update the
 * smallest weights of all sites together become zero, {@code w = top_k(w - step)}; the next update may bring them back,
 * for gradients and moments are those of all. The run ends stored sparse. Biases are left alone, as everywhere here.
 */
public record L0Ball() implements Regime {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("l0-projected", "Seo et al. 2024, arXiv:2402.01261",
            "after every step the smallest weights of all layers together become zero, and may come back", L0Ball::new);

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_MASTER;
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        return Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of(new Projection(List.copyOf(sites), Math.round(sparsity * sites.stream().mapToLong(Site::positions).sum())));
    }

    @Override
    public Regime with(Allocation allocation) {
        throw new UserError("--allocation: --method l0-projected ranks the weights of all layers together, leave it out");
    }

    /** Nothing that matters is kept from step to step. */
    private static final class Projection implements Hook {

        private final List<Site> sites;
        private final long zeros; // in all sites after each update
        private Floats all; // room for the weights of all sites

        Projection(List<Site> sites, long zeros) {
            this.sites = sites;
            this.zeros = zeros;
        }

        @Override
        public void updated(Loop loop, long step) {
            List<Tiled> weights = sites.stream().map(s -> (Tiled) loop.model().param(s).backward()).toList();
            all = all == null ? Floats.allocate(weights.stream().mapToInt(w -> w.tiles().length()).sum()) : all;
            int at = 0;
            long padding = 0; // zeros past the last row of a tile, which are smallest too
            for (Tiled w : weights) {
                all.slice(at, w.tiles().length()).copyFrom(w.tiles());
                at += w.tiles().length();
                padding += w.tiles().length() - w.positions();
            }
            int[] smallest = new Smallest().choose(all, Math.toIntExact(zeros + padding));
            int next = 0;
            int first = 0;
            for (Tiled w : weights) {
                int end = first + w.tiles().length();
                for (; next < smallest.length && smallest[next] < end; next++) {
                    w.tiles().set(smallest[next] - first, 0f);
                }
                first = end;
            }
        }

        /** After the last step only what is not zero is left. */
        @Override
        public void afterStep(Loop loop, long step) {
            if (step == loop.steps() - 1) {
                for (Site s : sites) {
                    Weight w = loop.model().param(s).backward();
                    Topology whole = Topology.of(w);
                    Floats values = Layout.canonical(w, whole);
                    int[] dead = IntStream.range(0, whole.count()).filter(i -> values.get(i) == 0).toArray();
                    Rewiring death = Rewiring.of(whole, dead, new long[0]);
                    loop.rewire(s, death.after(), death.values(values));
                }
            }
        }
    }
}
