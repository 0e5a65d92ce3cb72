package dev.filigree.prune.drop;

import dev.filigree.base.Floats;

/** Says which live weights die. */
public interface Drop {

    /**
     * @param values of the live positions, in canonical order
     * @param count  how many die
     * @return their indices, ascending, exactly {@code count} of them
     */
    int[] choose(Floats values, int count);
}
