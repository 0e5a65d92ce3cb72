package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import java.lang.foreign.MemorySegment;

/**
 * Weight times activations, one panel and one range of output rows at a time:
 * {@code y[r][t] = bias[r] + sum_k w[r][k] x[k][t]} for every token t of the panel, 16, 32 or 64 of them
 * (one has products of its own, {@link MatrixVector}). {@code x} starts at the panel,
 * {@code [cols x width]}; {@code y} starts at the panel, {@code [rows x width]}. {@code bias} holds {@code rows} values
 * or is null for zero. Indices were validated when the weight was built and are not checked again.
 */
public interface Products {

    /**
     * Dense weight in tiles {@code [ceil(rows/4)] [cols] [4]}, rows past the end are zero and not stored to y.
     *
     * @param fromTile first tile, {@code toTile} one past the last
     */
    void tiled(Floats w, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromTile, int toTile);

    /**
     * Compressed sparse rows, cut into chunks of columns so that the part of x in use stays in the nearest cache: the
     * entries of row r in chunk c are {@code start[c*rows + r] .. start[c*rows + r + 1]}; entry j lies in column
     * {@code c*chunk + column[j]}, ascending.
     *
     * @param chunk columns of a chunk, at most 65536
     */
    void csr(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromRow, int toRow);

    /** Adds the same product, without a bias, to what y holds. */
    void addCsr(Ints start, Shorts column, Floats values, int chunk, int rows, int cols, Floats x, Floats y, int width, int fromRow, int toRow);

    /**
     * Blocks of {@code blockRows} consecutive outputs that share an input column. The blocks of block row b are
     * {@code start[b] .. start[b+1]}; block j holds {@code values[j*blockRows ..]}. Rows past the end are not stored.
     */
    void blocks(Ints start, Shorts column, Floats values, int blockRows, Floats bias, int rows, Floats x, Floats y, int width, int fromBlock, int toBlock);

    /**
     * Groups of {@code groupCols} (4, 8 or 16) consecutive inputs of one output, in chunks of columns as {@link #csr}: group
     * j of chunk c begins at column {@code c*chunk + column[j]} and holds {@code values[j*groupCols ..]}.
     *
     * @param chunk columns of a chunk, a multiple of {@code groupCols} and at most 65536
     */
    void groups(Ints start, Shorts column, Floats values, int groupCols, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromRow,
            int toRow);

    /**
     * N of every M consecutive columns: {@code values [rows] [cols/m * n]}, and for each value one byte with its
     * place 0 .. m-1 inside its group, ascending.
     */
    void nOfM(MemorySegment place, Floats values, int n, int m, Floats bias, int cols, Floats x, Floats y, int width, int fromRow, int toRow);

    /**
     * One bit per position, rows padded to whole 64-bit words; the values of row r start at {@code start[r]}.
     *
     * @param bits {@code [rows] [ceil(cols/64)]} little-endian words, lowest bit first
     */
    void bitmap(MemorySegment bits, Ints start, Floats values, Floats bias, int cols, Floats x, Floats y, int width, int fromRow, int toRow);

    /** See {@link MatrixVector#columns}; every column is read, and once for several panels, which lie end to end in x and y. */
    void columns(Coded w, int tileRows, int group, Floats bias, int rows, int cols, Floats x, Floats y, int panels, int width, int fromUnit, int toUnit);

    /** See {@link MatrixVector#codedBlocks}. */
    void codedBlocks(Ints start, Shorts column, Coded values, Ints scaleStart, int group, int blockRows, Floats bias, int rows, Floats x, Floats y, int width,
            int fromBlock, int toBlock);

    /**
     * Groups of sixteen inputs in 4 bits, as {@link CodedGroup} says; those of row r are {@code start[r] .. start[r+1]}, whole steps.
     *
     * @param word  scale, zero and place of each group
     * @param codes units of eight groups
     */
    void codedGroups(Ints start, Ints word, MemorySegment codes, Floats bias, Floats x, Floats y, int width, int fromRow, int toRow);

    /** See {@link MatrixVector#sliced}. */
    void sliced(Shorts steps, Ints firstStep, Ints firstCode, MemorySegment code, Floats values, Floats bias, int rows, int cols, Floats x, Floats y,
            int width, int fromSlice, int toSlice);
}
