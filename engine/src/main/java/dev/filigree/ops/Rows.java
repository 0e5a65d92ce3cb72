package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Values;
import dev.filigree.tensor.Weight;

/**
 * A table held row by row, or packed for products. Its element {@code (row, feature)} lies at {@code first(row) + feature * step}.
 *
 * @param step numbers from one feature to the next
 */
public record Rows(Values values, int cols, int step) implements Table {

    /** The table in which {@code w} is looked up and trained. */
    public static Rows of(Weight w) {
        return switch (w) {
            case Dense d -> new Rows(d.values(), d.cols(), 1);
            case Tiled t -> new Rows(new Values.F32(t.tiles()), t.cols(), Kernels.TILE_ROWS);
            default -> throw new IllegalArgumentException("rows of a weight held as " + w.layout() + " cannot be looked up");
        };
    }

    /** Where a row begins. */
    public int first(int row) {
        return row / step * step * cols + row % step;
    }

    @Override
    public void addRow(int row, int from, int to, Floats panel, int token, int width) {
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
