package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.model.Site;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.allocation.Global;
import dev.filigree.prune.drop.Drop;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The smallest live weights die, until so many are left over all sites. How many each site keeps follows from an allocation
 * by shapes; {@link Global} stands for one threshold on |w| for all of them (Han et al. 2015, arXiv:1506.02626), and then
 * live values alone are looked at, so that what is sparse stays so.
 */
public record Thinning(Allocation allocation) {

    private static final Drop DROP = new Smallest();

    public Thinning {
        if (!(allocation instanceof Global)) {
            Regimes.byShape(allocation);
        }
    }

    /** The share of zeros after the pruning before a step; NaN for none then. */
    @FunctionalInterface
    interface Course {
        double sparsity(Loop loop, long step);
    }

    /** Prunes before the steps that {@code course} says. */
    Hook along(List<Site> sites, Course course) {
        return new Hook() {
            @Override
            public void beforeStep(Loop loop, long step) {
                double sparsity = course.sparsity(loop, step);
                if (!Double.isNaN(sparsity)) {
                    thin(loop, sites, sparsity);
                }
            }
        };
    }

    /** @param sparsity share of zeros over all sites; those that have fewer live positions than they may keep stay as they are */
    public void thin(Loop loop, List<Site> sites, double sparsity) {
        Map<Site, Long> keep = allocation instanceof Global ? belowOneThreshold(loop, sites, sparsity) : Regimes.keep(allocation, sites, sparsity);
        keep.forEach((site, n) -> prune(loop, site, n));
    }

    private static void prune(Loop loop, Site site, long keep) {
        Weight w = loop.model().param(site).forward();
        if (w.nonZeros() > keep) {
            Parallel parallel = loop.compute().parallel();
            try (Arena arena = Arena.ofShared()) {
                Canonical now = Canonical.of(arena, parallel, w);
                Floats values = now.values(arena, parallel, Slots.of(w));
                Rewiring change = Rewiring.of(arena, parallel, now.live(), DROP.choose(values, (int) (w.nonZeros() - keep)), new long[0]);
                loop.rewire(site, now, change, change.values(arena, parallel, values));
            }
        }
    }

    /** What each site keeps when the smallest die wherever they are; the largest of each site stays, so that none is cut through. */
    private static Map<Site, Long> belowOneThreshold(Loop loop, List<Site> sites, double sparsity) {
        List<Weight> weights = sites.stream().map(s -> loop.model().param(s).forward()).toList();
        double positions = sites.stream().mapToDouble(Site::positions).sum();
        long live = weights.stream().mapToLong(Weight::nonZeros).sum();
        long left = Math.max(sites.size(), Math.round((1 - sparsity) * positions));
        Map<Site, Long> keep = new LinkedHashMap<>();
        try (Arena arena = Arena.ofShared()) {
            Floats all = Floats.allocate(arena, Math.toIntExact(live));
            int[] end = new int[sites.size()];
            int at = 0;
            for (int i = 0; i < end.length; i++) {
                Weight w = weights.get(i);
                Canonical now = Canonical.of(arena, loop.compute().parallel(), w);
                Floats values = now.values(arena, loop.compute().parallel(), Slots.of(w));
                spareLargest(all.slice(at, values.length()).copyFrom(values));
                at += values.length();
                end[i] = at;
            }
            int[] dies = DROP.choose(all, (int) Math.max(0, live - left));
            int dead = 0;
            for (int i = 0; i < end.length; i++) {
                int before = dead;
                while (dead < dies.length && dies[dead] < end[i]) {
                    dead++;
                }
                keep.put(sites.get(i), weights.get(i).nonZeros() - (dead - before));
            }
        }
        return keep;
    }

    private static void spareLargest(Floats values) {
        int largest = 0;
        for (int i = 1; i < values.length(); i++) {
            largest = Math.abs(values.get(i)) > Math.abs(values.get(largest)) ? i : largest;
        }
        if (values.length() > 0) {
            values.set(largest, Float.MAX_VALUE);
        }
    }
}
