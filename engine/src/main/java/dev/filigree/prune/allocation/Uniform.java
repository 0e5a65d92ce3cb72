package dev.filigree.prune.allocation;

import dev.filigree.base.Catalog;
import dev.filigree.prune.Cell;
import java.util.List;

/** The same share everywhere. */
public record Uniform() implements Allocation {

    public static final Catalog.Entry<Allocation> ENTRY = Catalog.entry("uniform", "", "the same share in every cell", Uniform::new);

    @Override
    public long[] keep(List<Cell> cells, double sparsity, Survey survey) {
        return cells.stream().mapToLong(c -> Math.round(c.units() * (1 - sparsity))).toArray();
    }
}
