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
import dev.filigree.tensor.Slots;
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
            List<Weight> weights = sites.stream().map(s -> loop.model().param(s).backward()).toList();
            List<Floats> slots = weights.stream().map(Slots::of).toList();
            all = all == null ? Floats.allocate(slots.stream().mapToInt(Floats::length).sum()) : all;
            int at = 0;
            for (Floats w : slots) {
                all.slice(at, w.length()).copyFrom(w);
                at += w.length();
            }
            long padding = at - weights.stream().mapToLong(Weight::positions).sum(); // zeros past the last row of a tile, which are smallest too
            int[] smallest = new Smallest().choose(all, Math.toIntExact(zeros + padding));
            int next = 0;
            int first = 0;
            for (Floats w : slots) {
                int end = first + w.length();
                for (; next < smallest.length && smallest[next] < end; next++) {
                    w.set(smallest[next] - first, 0f);
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
