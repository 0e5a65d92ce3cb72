package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
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

    /**
     * Lays what is marked side by side as sparse rows in chunks of columns, rows {@code 4 fromTile .. min(rows, 4 toTile)}.
     *
     * @param live   N marks for every M columns of a row
     * @param chunk  columns of a chunk, a multiple of M
     * @param start  {@code [chunks] [rows]}: where the entries of a row in a chunk begin
     * @param column of each entry in its chunk, ascending; unsigned
     * @param values of each entry
     */
    void pack(Floats w, int rows, int cols, int n, int m, int fromTile, int toTile, MemorySegment live, int chunk, Ints start, Shorts column, Floats values);

    /** {@code out += factor w} where nothing is marked, for tiles {@code fromTile .. toTile}; out may be w. */
    void addOthers(Floats w, int cols, int fromTile, int toTile, MemorySegment live, float factor, Floats out);

    /** {@code |w| = max(0, |w| - by)} where nothing is marked, for tiles {@code fromTile .. toTile}; signs stay. */
    void shrinkOthers(Floats w, int cols, int fromTile, int toTile, MemorySegment live, float by);

    /**
     * The transpose of rows {@code fromRow .. toRow} of sparse rows in chunks, which is one chunk of its columns.
     *
     * @param start   {@code [chunks] [rows]} and one more, as in {@link #pack}
     * @param list    where the chunk's part of {@code turned} begins, {@code [cols]}: where the entries of each column begin
     * @param first   where the first of them begin
     * @param row     of each entry, counted from {@code fromRow}, ascending; unsigned
     * @param valueOf each entry
     */
    void turn(int rows, int cols, int chunk, Ints start, Shorts column, Floats values, int fromRow, int toRow, Ints turned, int list, int first, Shorts row, Floats valueOf);
}
