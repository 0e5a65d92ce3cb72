package dev.filigree.kernel.scalar;

import static dev.filigree.kernel.Kernels.TILE_ROWS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Survivors;
import java.lang.foreign.MemorySegment;

final class ScalarSurvivors implements Survivors {

    @Override
    public void largest(Floats w, int cols, int n, int m, int fromTile, int toTile, MemorySegment live) {
        for (int tile = fromTile; tile < toTile; tile++) {
            for (int c = 0; c < cols; c++) {
                int bits = 0;
                for (int r = 0; r < TILE_ROWS; r++) {
                    bits |= (before(w, tile * cols + c - c % m, c % m, m, r) < n ? 1 : 0) << r;
                }
                live.set(JAVA_BYTE, (long) tile * cols + c, (byte) bits);
            }
        }
    }

    @Override
    public void pack(Floats w, int rows, int cols, int n, int m, int fromTile, int toTile, MemorySegment live, int chunk, Ints start, Shorts column, Floats values) {
        for (int r = fromTile * TILE_ROWS; r < Math.min(rows, toTile * TILE_ROWS); r++) {
            for (int c = 0, at = 0; c < cols; c++) {
                at = c % chunk == 0 ? start.get(c / chunk * rows + r) : at;
                if (marked(live, r / TILE_ROWS * cols + c, r % TILE_ROWS)) {
                    column.set(at, c % chunk);
                    values.set(at++, w.get((r / TILE_ROWS * cols + c) * TILE_ROWS + r % TILE_ROWS));
                }
            }
        }
    }

    @Override
    public void addOthers(Floats w, int cols, int fromTile, int toTile, MemorySegment live, float factor, Floats out) {
        for (int i = fromTile * cols * TILE_ROWS; i < toTile * cols * TILE_ROWS; i++) {
            if (!marked(live, i / TILE_ROWS, i % TILE_ROWS)) {
                out.set(i, out.get(i) + factor * w.get(i));
            }
        }
    }

    @Override
    public void shrinkOthers(Floats w, int cols, int fromTile, int toTile, MemorySegment live, float by) {
        for (int i = fromTile * cols * TILE_ROWS; i < toTile * cols * TILE_ROWS; i++) {
            if (!marked(live, i / TILE_ROWS, i % TILE_ROWS)) {
                w.set(i, Math.copySign(Math.max(0f, Math.abs(w.get(i)) - by), w.get(i)));
            }
        }
    }

    @Override
    public void turn(int rows, int cols, int chunk, Ints start, Shorts column, Floats values, int fromRow, int toRow, Ints turned, int list, int first, Shorts row, Floats valueOf) {
        for (int c = 0, at = first; c < cols; c++) {
            turned.set(list + c, at);
            for (int r = fromRow; r < toRow; r++) {
                for (int j = start.get(c / chunk * rows + r); j < start.get(c / chunk * rows + r + 1); j++) {
                    if (column.get(j) == c % chunk) {
                        row.set(at, r - fromRow);
                        valueOf.set(at++, values.get(j));
                    }
                }
            }
        }
    }

    /** @param column of a tile, counted over all tiles */
    private static boolean marked(MemorySegment live, int column, int r) {
        return (live.get(JAVA_BYTE, column) >> r & 1) != 0;
    }

    /** How many of a group come before its place {@code i}. */
    private static int before(Floats w, int group, int i, int m, int r) {
        int size = magnitude(w, group + i, r);
        int before = 0;
        for (int j = 0; j < m; j++) {
            int other = magnitude(w, group + j, r);
            before += other > size || other == size && j < i ? 1 : 0;
        }
        return before;
    }

    /** Bits of magnitudes are in order as whole numbers. */
    private static int magnitude(Floats w, int column, int r) {
        return Float.floatToRawIntBits(w.get(column * TILE_ROWS + r)) & Integer.MAX_VALUE;
    }
}
