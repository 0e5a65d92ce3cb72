package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import java.lang.foreign.MemorySegment;

/**
 * Weight times one token, which is bound by the bytes of the weight: {@code y[r] = bias[r] + sum_k w[r][k] x[k]} with
 * {@code x [cols]}, {@code y [rows]}. Layouts are those of {@link Products} and some of their own. {@code bias} holds
 * {@code rows} values, or is null for zero, or is y itself to add to it. Indices were validated when the weight was built.
 */
public interface MatrixVector {

    /** Rows of {@link #columns} that lie together: the shortest tile. */
    int COLUMN_ROWS = 64;

    /** Rows of tile {@code tile} of a weight with {@code rows} in tiles of {@code tileRows}: the last tile ends with whole 64s. */
    static int columnTileRows(int rows, int tileRows, int tile) {
        return Math.min(tileRows, Math.ceilDiv(rows, COLUMN_ROWS) * COLUMN_ROWS - tile * tileRows);
    }

    /** Rows of a slice and columns of a segment of {@link #sliced}. */
    int SLICE_ROWS = 16;
    int SEGMENT = 32;

    /** See {@link Products#tiled}. */
    void tiled(Floats w, Floats bias, int rows, int cols, Floats x, Floats y, int fromTile, int toTile);

    /** See {@link Products#csr}. */
    void csr(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int fromRow, int toRow);

    /** See {@link Products#nOfM}. */
    void nOfM(MemorySegment place, Floats values, int n, int m, Floats bias, int cols, Floats x, Floats y, int fromRow, int toRow);

    /** See {@link Products#bitmap}. */
    void bitmap(MemorySegment bits, Ints start, Floats values, Floats bias, int cols, Floats x, Floats y, int fromRow, int toRow);

    /** See {@link Products#blocks}. */
    void blocks(Ints start, Shorts column, Floats values, int blockRows, Floats bias, int rows, Floats x, Floats y, int fromBlock, int toBlock);

    /** See {@link Products#groups}. */
    void groups(Ints start, Shorts column, Floats values, int groupCols, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int fromRow, int toRow);

    /**
     * Blocks of 4, 8 or 16 outputs in few bits. The blocks of block row b are {@code start[b] .. start[b+1]}, whole units:
     * the values of block j lie as {@link Coded#inBlock} says; what fills up a unit has code 0 and any column.
     *
     * @param values scales of 8-bit codes {@code [ceil(blocks of the row / group)] [blockRows]}, one block row after the
     *               other; those of block row b start at {@code scaleStart[b] * blockRows}
     * @param group  blocks that share their scales, whole units
     */
    void codedBlocks(Ints start, Shorts column, Coded values, Ints scaleStart, int group, int blockRows, Floats bias, int rows, Floats x, Floats y, int fromBlock,
            int toBlock);

    /** See {@link Products#codedGroups}. */
    void codedGroups(Ints start, Ints word, MemorySegment codes, Floats bias, Floats x, Floats y, int fromRow, int toRow);

    /**
     * A dense weight in tiles of columns, {@code [ceil(rows/tileRows)] [cols] [rows of the tile]} with {@link #columnTileRows}:
     * columns whose input is zero are not read.
     *
     * @param w        scales of 8-bit codes {@code [ceil(cols/group)] [rows, up to whole 64s]}
     * @param tileRows whole 64s: 64 is fastest for inputs that are seldom zero, as many as possible for inputs that often are
     * @param group    inputs that share their scales
     * @param fromUnit first 64 rows, where a tile begins, {@code toUnit} one past the last, where one ends
     */
    void columns(Coded w, int tileRows, int group, Floats bias, int rows, int cols, Floats x, Floats y, int fromUnit, int toUnit);

    /**
     * Sliced ELLPACK with local columns (after SELL-C-sigma, Kreutzer et al. 2014, arXiv:1307.6209): slices of 16 rows, cut
     * into segments of 32 columns, so that the inputs of a segment fit two registers and a column is a byte. Step i of
     * slice s and segment g holds one entry of each row, {@code values[16*(firstStep + i) ..]}; the columns of four steps
     * are one unit of 64 bytes, a word a row, lowest byte first. A row without an entry in a step has value 0 and a code
     * of 128, which reads column 0: there an infinite or undefined input leaves its mark, as in a dense product.
     *
     * @param steps     {@code [slices] [segments]}
     * @param firstStep for each slice the steps before it, {@code slices + 1}
     * @param firstCode for each slice the units of columns before it
     */
    void sliced(Shorts steps, Ints firstStep, Ints firstCode, MemorySegment code, Floats values, Floats bias, int rows, int cols, Floats x, Floats y,
            int fromSlice, int toSlice);
}
