package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Sparsity;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.train.Hook;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Every position lives: the twin that sparse training is compared with. */
public record Dense() implements Regime {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("dense", "", "every position lives; what the others are compared with", Dense::new);

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_MASTER;
    }

    @Override
    public OptionalDouble fixedSparsity() {
        return OptionalDouble.of(0);
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        if (sparsity != 0) {
            throw new UserError("--sparsity: found " + Sparsity.text(sparsity) + ", but --method dense keeps everything; leave it out or choose another method");
        }
        return Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of();
    }

    @Override
    public Regime with(Allocation allocation) {
        throw new UserError("--allocation: --method dense keeps everything, leave it out");
    }
}
