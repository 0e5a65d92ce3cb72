package dev.filigree.prune.channels;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.model.Coupling;
import dev.filigree.ops.Held;

/**
 * Keeps the same share of each layer, the channels whose weights are largest: {@code s_c = sum |w|} over the rows that make channel
 * {@code c}. Training knows nothing of it.
 */
public record FilterNorm() implements Channels {

    public static final Entry<Channels> ENTRY = Catalog.entry("l1-filter", "Li et al. 2017, arXiv:1608.08710", "the same share of each layer, by the sum of |weight| of what makes a channel", FilterNorm::new);

    @Override
    public Choice prepare(double keep) {
        double share = Ranking.checked(keep);
        return (network, rng) -> Ranking.each(network.couplings(), network.couplings().stream().map(FilterNorm::sums).toList(), share);
    }

    private static double[] sums(Coupling coupling) {
        double[] sums = new double[coupling.channels()];
        for (Held p : coupling.makers()) {
            if (p.backward().cols() > 1) { // no biases
                p.backward().forEach((r, c, slot, v) -> sums[r] += Math.abs(v));
            }
        }
        return sums;
    }
}
