package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;

/**
 * {@code dy x^T}, the gradient at every position of a weight {@code [rows x cols]}, in strips of rows, so that a sparse
 * weight's dead positions can be looked at without an array of dense size. Both factors are turned once, tokens
 * outwards; the product is then the dense product of {@code dy [rows x tokens]} and {@code x^T [tokens x cols]}.
 */
public final class DenseGradient {

    private static final int WIDTH = 64;
    private static final int TILE = Kernels.TILE_ROWS;

    private final int rows;
    private final int cols;
    private final int tokens;
    private final Floats tiles; // dy, [rows/TILE] [tokens] [TILE]
    private final Floats panels; // x^T, [cols/WIDTH] [tokens] [WIDTH]

    /**
     * @param dy     {@code [tokens/width] [rows] [width]}, zero in lanes past the last token
     * @param x      {@code [tokens/width] [cols] [width]}
     * @param tokens whole panels
     * @param room   memory for both factors, as long as this lives: see {@link #room}
     */
    public DenseGradient(Compute compute, int rows, int cols, Floats dy, Floats x, int width, int tokens, Floats room) {
        this.rows = rows;
        this.cols = cols;
        this.tokens = tokens;
        int split = turnedLength(rows, TILE, tokens);
        this.tiles = turned(compute, dy, rows, width, TILE, room.slice(0, split));
        this.panels = turned(compute, x, cols, width, WIDTH, room.slice(split, turnedLength(cols, WIDTH, tokens)));
    }

    /** Floats that the factors of a weight {@code [rows x cols]} take. */
    public static int room(int rows, int cols, int tokens) {
        return Math.addExact(turnedLength(rows, TILE, tokens), turnedLength(cols, WIDTH, tokens));
    }

    private static int turnedLength(int features, int group, int tokens) {
        return Math.multiplyExact(Math.ceilDiv(features, group) * group, tokens);
    }

    /** Rows that a strip must begin at a multiple of. */
    public static int together() {
        return TILE;
    }

    /**
     * Writes the gradient of rows {@code from .. from + count}.
     *
     * @param from a multiple of {@link #together}
     * @param out  {@code [cols/64] [count] [64]}, overwritten; see {@link #at}
     */
    public void strip(Compute compute, int from, int count, Floats out) {
        Floats w = tiles.slice(from * tokens, Math.ceilDiv(count, TILE) * TILE * tokens);
        int each = Math.max(1, Math.ceilDiv(Math.ceilDiv(count, TILE), 8));
        int parts = Math.ceilDiv(Math.ceilDiv(count, TILE), each);
        compute.parallel().run(Math.ceilDiv(cols, WIDTH) * parts, task -> {
            int panel = task / parts;
            int first = task % parts * each;
            compute.kernels().products().tiled(w, null, count, tokens, panels.slice(panel * tokens * WIDTH, tokens * WIDTH),
                    out.slice(panel * count * WIDTH, count * WIDTH), WIDTH, first, Math.min(Math.ceilDiv(count, TILE), first + each));
        });
    }

    /** Floats of a strip of so many rows. */
    public static int length(int count, int cols) {
        return Math.multiplyExact(Math.ceilDiv(cols, WIDTH) * WIDTH, count);
    }

    /** Where row {@code r} of a strip of {@code count} rows has column {@code c}. */
    public static int at(int r, int c, int count) {
        return (c / WIDTH * count + r) * WIDTH + c % WIDTH;
    }

    /** Adds the whole gradient to {@code gradient}, in the order of {@link Tiled#tiles}. */
    public void addTo(Compute compute, Floats gradient, Floats scratch) {
        strip(compute, 0, rows, scratch);
        compute.parallel().run(Tiled.tiles(rows), tile -> {
            for (int r = tile * TILE; r < Math.min(rows, (tile + 1) * TILE); r++) {
                for (int c = 0; c < cols; c++) {
                    int slot = (tile * cols + c) * TILE + r % TILE;
                    gradient.set(slot, gradient.get(slot) + scratch.get(at(r, c, rows)));
                }
            }
        });
    }

    /** {@code [features/group] [tokens] [group]} from panels {@code [tokens/width] [features] [width]}; zero past the last feature. */
    private Floats turned(Compute compute, Floats panels, int features, int width, int group, Floats out) {
        compute.parallel().run(Math.ceilDiv(features, group), g -> {
            int live = Math.min(group, features - g * group);
            if (live < group) {
                out.slice(g * tokens * group, tokens * group).fill(0f);
            }
            for (int t = 0; t < tokens; t += width) {
                for (int f = 0; f < live; f++) {
                    int from = (t / width * features + g * group + f) * width;
                    int to = (g * tokens + t) * group + f;
                    for (int i = 0; i < width; i++) {
                        out.set(to + i * group, panels.get(from + i));
                    }
                }
            }
        });
        return out;
    }
}
