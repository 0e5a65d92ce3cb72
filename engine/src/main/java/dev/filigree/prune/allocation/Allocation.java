package dev.filigree.prune.allocation;

import dev.filigree.prune.Cell;
import dev.filigree.prune.criterion.Criterion;
import dev.filigree.prune.method.Method;
import java.util.List;
import java.util.Optional;

/** Says how many units each cell keeps. */
public interface Allocation {

    /** The scores that it compares across layers, which costs one more pass over the calibration text; empty when shapes are enough. */
    default Optional<Criterion> surveys(Method method) {
        return Optional.empty();
    }

    /** Whether it wants to know {@link Survey#damage}, which costs a trial pruning of each site. */
    default boolean tries() {
        return false;
    }

    /**
     * @param cells    of all sites; none has a fixed count
     * @param sparsity share of zeros over all cells
     * @param survey   null when {@link #surveys} is empty
     * @return units to keep, one number a cell
     */
    long[] keep(List<Cell> cells, double sparsity, Survey survey);
}
