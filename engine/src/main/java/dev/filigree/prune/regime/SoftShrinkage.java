package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.List;
import java.util.Map;

/**
 * Iterative soft shrinkage: born dense, and after every update the weights of a layer that are the smallest, as many as are to
 * be pruned in the end, are multiplied by a ratio below 1 instead of being pruned; they are ranked anew each time, so that they
 * may come back. Then the smallest die, and training goes on with what is left.
 *
 * @param until    share of the steps in which weights shrink
 * @param halvings of a weight that is among the smallest in all of them, so that the length of the run does not matter:
 *                 {@code ratio = 2^(-halvings / (until steps))}; infinite ones are iterative hard thresholding
 */
public record SoftShrinkage(Allocation allocation, double until, double halvings) implements Regime {

    public static final Catalog.Entry<Regime> ISS = Catalog.entry("iss", "Wang et al. 2023, arXiv:2303.09650",
            "born dense, the smallest weights shrink a little after every step, then die",
            List.of(ofAllocation(), ofUntil(), Option.of("halvings", 2.0, "how often a weight that is always among the smallest is halved")),
            s -> new SoftShrinkage(Parts.ALLOCATIONS.make(s.text("allocation")), s.number("until"), s.number("halvings")));

    public static final Catalog.Entry<Regime> IHT = Catalog.entry("iht", "Blumensath and Davies 2008, arXiv:0805.0510",
            "born dense, the smallest weights become zero after every step, then die", List.of(ofAllocation(), ofUntil()),
            s -> new SoftShrinkage(Parts.ALLOCATIONS.make(s.text("allocation")), s.number("until"), Double.POSITIVE_INFINITY));

    public SoftShrinkage {
        Regimes.byShape(allocation);
        if (!(until > 0 && until < 1 && halvings > 0)) {
            throw new UserError("method iss: found until=" + until + ", halvings=" + halvings + ", expected until in (0, 1) and halvings above 0");
        }
    }

    private static Option ofAllocation() {
        return Option.of("allocation", "uniform", "how survivors are spread over layers");
    }

    private static Option ofUntil() {
        return Option.of("until", 0.5, "share of the steps in which weights shrink");
    }

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
        return List.of(new Shrink(List.copyOf(sites), sparsity));
    }

    @Override
    public Regime with(Allocation other) {
        return new SoftShrinkage(other, until, halvings);
    }

    private final class Shrink implements Hook {

        private final List<Site> sites;
        private final double target;
        private final Smallest drop = new Smallest();

        Shrink(List<Site> sites, double target) {
            this.sites = sites;
            this.target = target;
        }

        @Override
        public void beforeStep(Loop loop, long step) {
            if (step == end(loop)) {
                new Thinning(allocation).thin(loop, sites, target);
            }
        }

        @Override
        public void afterStep(Loop loop, long step) {
            if (step < end(loop)) {
                float ratio = (float) Math.pow(2, -halvings / end(loop));
                Regimes.keep(allocation, sites, target).forEach((site, keep) -> shrink(loop.model().param(site).forward(), keep, ratio));
            }
        }

        /** The first step without shrinking. */
        private long end(Loop loop) {
            return Math.min((long) Math.ceil(until * loop.steps()), loop.steps() - 1);
        }

        /** Where the layout of a dense weight has room to spare there are zeros, which are among the smallest and stay zero. */
        private void shrink(Weight w, long keep, float ratio) {
            Floats values = Slots.of(w);
            for (int i : drop.choose(values, (int) (values.length() - keep))) {
                values.set(i, ratio * values.get(i));
            }
        }
    }
}
