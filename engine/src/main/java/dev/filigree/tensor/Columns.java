package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.MatrixVector;
import java.lang.foreign.Arena;

/**
 * A dense weight for one token at a time, column by column in 32, 16 or 8 bits, see {@link MatrixVector#columns}: bound by
 * bytes, and columns whose input is zero are not read at all. With 8 bits every row has a scale, or every row and group of
 * inputs.
 *
 * @param tile  rows that lie together, whole 64s, and are multiplied by one thread: {@link #DENSE} unless many inputs are zero;
 *              then what is skipped should be long, {@link #SPARSE} or the rows of a thread
 * @param group inputs that share their scales; {@code cols} for one scale a row
 * @param coded scales {@code [ceil(cols/group)] [rows, up to whole 64s]}
 */
public record Columns(int rows, int cols, int tile, int group, Coded coded) implements Weight {

    /** Rows of a tile for inputs of which few are zero: their sums fit the registers. */
    public static final int DENSE = MatrixVector.COLUMN_ROWS;
    /** The most rows of a tile: their sums fit the nearest cache beside what is read. */
    public static final int SPARSE = 4096;

    public Columns {
        Checked.shape("columns", rows, cols);
        Checked.nativeMemory("columns", coded.codes());
        if (tile < DENSE || tile > SPARSE || tile % DENSE != 0) {
            throw new IllegalArgumentException("columns: tiles of " + tile + " rows, expected whole 64s up to " + SPARSE);
        }
        if (group < 1 || group > cols) {
            throw new IllegalArgumentException("columns: a group of " + group + " inputs, expected 1 .. " + cols);
        }
        Checked.length("columns", "bytes of codes", coded.codes().byteSize(), (long) padded(rows) * cols * coded.type().bits() / 8);
        Checked.scales("columns", coded, (long) padded(rows) * Math.ceilDiv(cols, group));
    }

    /**
     * Rows of a tile where many inputs are zero: those of a thread, for what is skipped should be long; never as few as in {@link #DENSE}, whose sums are
     * added in another order, so that the number of threads changes no bit.
     */
    public static int tile(int rows, int threads) {
        return Math.clamp(Math.ceilDiv(Math.ceilDiv(rows, threads), DENSE) * DENSE, 2 * DENSE, SPARSE);
    }

    /**
     * Packs every position of {@code w}; positions it does not store become zero.
     *
     * @param group inputs that share a scale; more than there are for one scale a row
     */
    public static Columns pack(Arena arena, Weight w, Coded.Type type, int group) {
        return pack(arena, w, type, group, DENSE);
    }

    /** The same in tiles of {@code tile} rows. */
    public static Columns pack(Arena arena, Weight w, Coded.Type type, int group, int tile) {
        int rows = w.rows();
        int cols = w.cols();
        int width = Math.min(group, cols);
        Floats scales = type == Coded.Type.INT8 ? Floats.allocate(arena, Checked.elements("columns", "scales", (long) padded(rows) * Math.ceilDiv(cols, width))) : null;
        Coded coded = new Coded(type, arena.allocate((long) padded(rows) * cols * type.bits() / 8, Floats.ALIGNMENT), scales);
        if (scales != null) {
            w.forEach((r, c, slot, v) -> Quantise.widen(scales, c / width * padded(rows) + r, v));
            Quantise.finish(scales);
        }
        w.forEach((r, c, slot, v) -> coded.code(code(rows, cols, tile, r, c), scales == null ? v : v / scales.get(c / width * padded(rows) + r)));
        return new Columns(rows, cols, tile, width, coded);
    }

    /** The value at a position. */
    public float get(int row, int col) {
        float scale = coded.scales() == null ? 1f : coded.scales().get(col / group * padded(rows) + row);
        return coded.code(code(rows, cols, tile, row, col)) * scale;
    }

    private static int padded(int rows) {
        return Math.ceilDiv(rows, MatrixVector.COLUMN_ROWS) * MatrixVector.COLUMN_ROWS;
    }

    private static long code(int rows, int cols, int tile, int row, int col) {
        int first = row / tile * tile;
        return (long) first * cols + (long) col * MatrixVector.columnTileRows(rows, tile, row / tile) + row - first;
    }

    @Override
    public long nonZeros() {
        return positions();
    }

    @Override
    public long bytes() {
        return coded.bytes();
    }

    @Override
    public String layout() {
        return "columns " + coded.type().label();
    }

    /** Slots are not those of a value array: a weight in few bits is not trained. */
    @Override
    public void forEach(Visitor visitor) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                visitor.at(r, c, r * cols + c, get(r, c));
            }
        }
    }
}
