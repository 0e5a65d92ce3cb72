package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import java.lang.foreign.Arena;

/** A dense weight packed for products: tiles of {@link Kernels#TILE_ROWS} rows, {@code [tiles] [cols] [TILE_ROWS]}. */
public record Tiled(int rows, int cols, Floats tiles) implements Weight {

    /** Tiles of a transpose in a task: what is read of a row of tiles is whole lines in sequence. */
    private static final int TASK = 8;

    public Tiled {
        Checked.shape("dense", rows, cols);
        Checked.length("dense", "values", tiles.length(), (long) tiles(rows) * Kernels.TILE_ROWS * cols);
    }

    /** Packs every position of {@code w}; positions it does not store become zero. */
    public static Tiled pack(Arena arena, Weight w) {
        int t = Kernels.TILE_ROWS;
        int cols = w.cols();
        Floats tiles = Floats.allocate(arena, Checked.elements("dense", "values", (long) tiles(w.rows()) * t * cols));
        w.forEach((r, c, slot, v) -> tiles.set((r / t * cols + c) * t + r % t, v));
        return new Tiled(w.rows(), cols, tiles);
    }

    /** Zeros. */
    public static Tiled room(int rows, int cols) {
        return new Tiled(rows, cols, Floats.allocate(Checked.elements("dense", "values", (long) tiles(rows) * Kernels.TILE_ROWS * cols)));
    }

    /** Writes the transpose, {@code [cols x rows]}. */
    public void transpose(Compute compute, Tiled out) {
        if (out.rows != cols || out.cols != rows) {
            throw new IllegalArgumentException("[" + out.rows + " x " + out.cols + "] has no room for the transpose of [" + rows + " x " + cols + "]");
        }
        int count = tiles(cols);
        compute.parallel().run(Math.ceilDiv(count, TASK),
                task -> compute.kernels().denseGradients().transpose(tiles, rows, cols, task * TASK, Math.min(count, (task + 1) * TASK), out.tiles, rows));
    }

    /** The value at a position. */
    public float get(int row, int col) {
        return tiles.get(slot(row, col));
    }

    /** Where the value at a position lies in {@link #tiles}. */
    public int slot(int row, int col) {
        return (row / Kernels.TILE_ROWS * cols + col) * Kernels.TILE_ROWS + row % Kernels.TILE_ROWS;
    }

    /** Number of tiles for so many rows. */
    public static int tiles(int rows) {
        return Math.ceilDiv(rows, Kernels.TILE_ROWS);
    }

    @Override
    public long nonZeros() {
        return positions();
    }

    @Override
    public long bytes() {
        return tiles.bytes();
    }

    @Override
    public String layout() {
        return "dense";
    }

    @Override
    public void forEach(Visitor visitor) {
        int t = Kernels.TILE_ROWS;
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                int slot = (r / t * cols + c) * t + r % t;
                visitor.at(r, c, slot, tiles.get(slot));
            }
        }
    }
}
