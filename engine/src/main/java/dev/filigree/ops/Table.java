package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Values;
import dev.filigree.tensor.Weight;

/**
 * A dense matrix of which rows are looked up: held row by row, or packed for products when it is a weight as well (a head
 * that is tied to its embeddings). Its element {@code (row, feature)} lies at {@code first(row) + feature * step}.
 *
 * @param step numbers from one feature to the next
 */
public record Table(Values values, int cols, int step) {

    public static Table of(Weight w) {
        return switch (w) {
            case Dense d -> new Table(d.values(), d.cols(), 1);
            case Tiled t -> new Table(new Values.F32(t.tiles()), t.cols(), Kernels.TILE_ROWS);
            default -> throw new IllegalArgumentException("rows of a weight held as " + w.layout() + " cannot be looked up");
        };
    }

    /** Where a row begins. */
    public int first(int row) {
        return row / step * step * cols + row % step;
    }

    /** Adds features {@code from .. to} of a row to one token of a panel {@code [cols] [width]}. */
    void addRow(int row, int from, int to, Floats panel, int token, int width) {
        int at = first(row);
        if (values instanceof Values.F32 plain) {
            for (int f = from; f < to; f++) {
                int slot = f * width + token;
                panel.set(slot, panel.get(slot) + plain.floats().get(at + f * step));
            }
        } else {
            for (int f = from; f < to; f++) {
                int slot = f * width + token;
                panel.set(slot, panel.get(slot) + values.get(at + f * step));
            }
        }
    }
}
