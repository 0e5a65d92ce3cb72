package dev.filigree.prune;

import dev.filigree.model.Site;
import java.util.OptionalLong;

/**
 * Units that compete: the best of them survive. A unit is what lives or dies together, one weight or one block.
 *
 * @param site      where
 * @param first     index of the cell's first unit among those of the site, which are numbered row by row
 * @param units     how many compete
 * @param unitSize  positions of a unit
 * @param fixedKeep how many survive whatever is asked for, when the pattern decides that
 */
public record Cell(Site site, long first, long units, int unitSize, OptionalLong fixedKeep) {

    /** Positions of all units; a unit that hangs over the edge of the matrix counts in full. */
    public long positions() {
        return units * unitSize;
    }
}
