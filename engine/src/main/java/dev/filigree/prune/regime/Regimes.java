package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Cell;
import dev.filigree.prune.Scope;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.criterion.Magnitude;
import dev.filigree.prune.method.Scored;
import dev.filigree.prune.pattern.Blocks;
import dev.filigree.tensor.Weight;
import dev.filigree.tensor.Topology;
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

    /** What is born of weights that have a dense master: every position. Refuses what has none, and a sparsity that cannot be reached. */
    static Map<Site, Long> allOf(List<Site> sites, Allocation allocation, double sparsity) {
        for (Site s : sites) {
            if (s.groups() > 1) {
                throw new UserError("--method with learned positions: " + s.name() + " is a convolution in groups, which has no dense master; keep it dense with --keep-dense "
                        + s.name() + ", or choose another method");
            }
        }
        keep(allocation, sites, sparsity);
        return Map.of();
    }

    /** All values of a weight that has every position, {@code [rows] [cols]}. */
    static Floats all(Weight w) {
        Floats out = Floats.allocate(Math.multiplyExact(w.rows(), w.cols()));
        w.forEach((r, c, slot, v) -> out.set(r * w.cols() + c, v));
        return out;
    }

    /** Those of some positions, from {@link #all}. */
    static Floats at(Floats all, Topology live) {
        Floats out = Floats.allocate(live.count());
        for (int r = 0; r < live.rows(); r++) {
            for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                out.set(j, all.get(r * live.cols() + live.column().get(j)));
            }
        }
        return out;
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
