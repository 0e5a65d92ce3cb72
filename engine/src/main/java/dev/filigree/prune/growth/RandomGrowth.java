package dev.filigree.prune.growth;

import dev.filigree.base.Catalog;
import dev.filigree.base.Rng;
import dev.filigree.grad.Factors;
import dev.filigree.kernel.Compute;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Topology;
import java.util.List;

/** Any dead position, each as likely as the other. */
public record RandomGrowth() implements Growth {

    public static final Catalog.Entry<Growth> ENTRY = Catalog.entry("random", "Mocanu et al. 2018, arXiv:1707.04780", "any dead position, each as likely", RandomGrowth::new);

    @Override
    public long[] births(Compute compute, Topology live, int count, List<Factors> gradient, Rng rng) {
        return Sampling.dead(compute.parallel(), live, count, rng);
    }
}
