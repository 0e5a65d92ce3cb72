package dev.filigree.prune.allocation;

import dev.filigree.base.Catalog;
import dev.filigree.prune.Cell;
import dev.filigree.prune.criterion.Criterion;
import dev.filigree.prune.method.Method;
import java.util.List;
import java.util.Optional;

/** One threshold on the method's own scores for all layers. */
public record Global() implements Allocation {

    public static final Catalog.Entry<Allocation> ENTRY = Catalog.entry("global", "Han et al. 2015, arXiv:1506.02626",
            "one threshold on the method's scores for all layers", Global::new);

    @Override
    public Optional<Criterion> surveys(Method method) {
        return Optional.of(method.criterion());
    }

    @Override
    public long[] keep(List<Cell> cells, double sparsity, Survey survey) {
        return Threshold.keep(cells, sparsity, survey, c -> 1, 0, 1);
    }
}
