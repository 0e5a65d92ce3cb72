package dev.filigree.prune.regime;

import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.train.Hook;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** How a network is born sparse, or becomes so, while it is trained. */
public interface Regime {

    /** What it holds while it works. */
    Footprint footprint();

    /**
     * Live positions of the sites that are born sparse; the others are born dense.
     *
     * @param sites    those that may be sparse
     * @param sparsity share of zeros over all of them, at the end of the run
     */
    Map<Site, Long> births(List<Site> sites, double sparsity);

    /**
     * What happens to positions during the run.
     *
     * @param sites    those that may be sparse
     * @param sparsity share of zeros over all of them, at the end of the run
     */
    List<Hook> hooks(List<Site> sites, double sparsity);

    /** The share of zeros, when the method leaves no choice. */
    default OptionalDouble fixedSparsity() {
        return OptionalDouble.empty();
    }

    /** How often the whole course of training is run, one after the other; steps and rates are those of one round. */
    default int rounds(double sparsity) {
        return 1;
    }

    /** The same regime with another way to spread survivors over sites, when a person asks for one. */
    Regime with(Allocation allocation);
}
