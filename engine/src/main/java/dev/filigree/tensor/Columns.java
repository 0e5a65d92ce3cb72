package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.MatrixVector;
import java.lang.foreign.Arena;

/**
 * A dense weight for one token at a time, in tiles of columns {@code [ceil(rows/128)] [cols] [128]} of 32, 16 or 8 bits:
 * bound by bytes, and columns whose input is zero are not read at all. With 8 bits every row has a scale, or every row and
 * group of inputs.
 *
 * @param group inputs that share their scales; {@code cols} for one scale a row
 * @param coded scales {@code [ceil(rows/128)] [ceil(cols/group)] [128]}
 */
public record Columns(int rows, int cols, int group, Coded coded) implements Weight {

    public Columns {
        Checked.shape("columns", rows, cols);
        if (group < 1 || group > cols) {
            throw new IllegalArgumentException("columns: a group of " + group + " inputs, expected 1 .. " + cols);
        }
        long tiles = Math.ceilDiv(rows, MatrixVector.COLUMN_ROWS);
        Checked.length("columns", "bytes of codes", coded.codes().byteSize(), tiles * cols * MatrixVector.COLUMN_ROWS * coded.type().bits() / 8);
        Checked.scales("columns", coded, tiles * Math.ceilDiv(cols, group) * MatrixVector.COLUMN_ROWS);
    }

    /**
     * Packs every position of {@code w}; positions it does not store become zero.
     *
     * @param group inputs that share a scale; more than there are for one scale a row
     */
    public static Columns pack(Arena arena, Weight w, Coded.Type type, int group) {
        int tileRows = MatrixVector.COLUMN_ROWS;
        int tiles = Math.ceilDiv(w.rows(), tileRows);
        int width = Math.min(group, w.cols());
        int groups = Math.ceilDiv(w.cols(), width);
        Floats scales = type == Coded.Type.INT8 ? Floats.allocate(arena, Math.multiplyExact(tiles * tileRows, groups)) : null;
        Coded coded = new Coded(type, arena.allocate((long) tiles * w.cols() * tileRows * type.bits() / 8, Floats.ALIGNMENT), scales);
        if (scales != null) {
            w.forEach((r, c, slot, v) -> Quantise.widen(scales, scale(r, c, width, groups), v));
            Quantise.finish(scales);
        }
        w.forEach((r, c, slot, v) -> coded.code(code(r, c, w.cols()), scales == null ? v : v / scales.get(scale(r, c, width, groups))));
        return new Columns(w.rows(), w.cols(), width, coded);
    }

    private static long code(int row, int col, int cols) {
        int tileRows = MatrixVector.COLUMN_ROWS;
        return ((long) (row / tileRows) * cols + col) * tileRows + row % tileRows;
    }

    private static int scale(int row, int col, int group, int groups) {
        int tileRows = MatrixVector.COLUMN_ROWS;
        return (row / tileRows * groups + col / group) * tileRows + row % tileRows;
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
        int groups = Math.ceilDiv(cols, group);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                float scale = coded.scales() == null ? 1f : coded.scales().get(scale(r, c, group, groups));
                visitor.at(r, c, r * cols + c, coded.code(code(r, c, cols)) * scale);
            }
        }
    }
}
