package dev.filigree.prune.regime;

import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Cell;
import dev.filigree.prune.Scope;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.criterion.Magnitude;
import dev.filigree.prune.method.Scored;
import dev.filigree.prune.pattern.Blocks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What regimes share. */
final class Regimes {

    private Regimes() {
    }

    /** An allocation that needs no more than shapes; refuses others. */
    static Allocation byShape(Allocation allocation) {
        if (allocation.surveys(new Scored(new Magnitude())).isPresent()) {
            throw new UserError("--allocation: this one looks at the weights of a trained model, and here they are random; use uniform or erk");
        }
        return allocation;
    }

    /** Live positions of each site. */
    static Map<Site, Long> keep(Allocation allocation, List<Site> sites, double sparsity) {
        List<Cell> cells = sites.stream().flatMap(s -> Blocks.unstructured().cells(s, Scope.LAYER).stream()).toList();
        long[] counts = allocation.keep(cells, sparsity, null);
        Map<Site, Long> keep = new LinkedHashMap<>();
        for (int i = 0; i < counts.length; i++) {
            keep.put(sites.get(i), Math.max(1, counts[i]));
        }
        return keep;
    }
}
