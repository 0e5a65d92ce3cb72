package dev.filigree.kernel;

import dev.filigree.base.Floats;
import java.lang.foreign.MemorySegment;

/** Chooses positions of a dense weight in tiles {@code [ceil(rows/4)] [cols] [4]}. */
public interface Survivors {

    /**
     * Marks the N largest magnitudes of every M consecutive columns of a row, the first of equal ones, for tiles
     * {@code fromTile .. toTile}: bit r of {@code live [tiles] [cols]}, a byte each, stands for row r of the tile.
     *
     * @param m divides {@code cols}
     */
    void largest(Floats w, int cols, int n, int m, int fromTile, int toTile, MemorySegment live);

    /** Multiplies with {@code factor} what is not marked in {@code live}, for tiles {@code fromTile .. toTile}. */
    void shrinkOthers(Floats w, int cols, int fromTile, int toTile, MemorySegment live, float factor);
}
