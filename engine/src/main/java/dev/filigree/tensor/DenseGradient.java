package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.DenseGradients;
import dev.filigree.kernel.Kernels;

/**
 * {@code dy x^T}, the gradient at every position of a weight {@code [rows x cols]} in the order of {@link Tiled#tiles},
 * whole or in strips of rows, so that a sparse weight's dead positions can be looked at without an array of dense size.
 * One factor is turned once, tokens outwards; what follows is a dense product.
 */
public final class DenseGradient {

    private static final int TILE = Kernels.TILE_ROWS;
    private static final int GROUP = DenseGradients.GROUP;

    /** Tiles of rows in a task. */
    private static final int TASK = 32;

    private final int rows;
    private final int cols;
    private final int width;
    private final int tokens;
    private final Floats dy;
    private final Floats groups; // x, [cols/GROUP] [tokens] [GROUP]

    /**
     * @param dy     {@code [tokens/width] [rows] [width]}, zero in lanes past the last token
     * @param x      {@code [tokens/width] [cols] [width]}
     * @param tokens whole panels
     * @param room   {@link #room} floats with anything in them, in use as long as this is
     */
    public DenseGradient(Compute compute, int rows, int cols, Floats dy, Floats x, int width, int tokens, Floats room) {
        this.rows = rows;
        this.cols = cols;
        this.width = width;
        this.tokens = tokens;
        this.dy = dy;
        this.groups = room;
        compute.parallel().run(Math.ceilDiv(cols, GROUP), g -> {
            for (int t = 0; t < tokens; t += width) {
                compute.kernels().denseGradients().turn(x.slice(t * cols, width * cols), cols, width, g * GROUP, room.slice((g * tokens + t) * GROUP, width * GROUP));
            }
        });
    }

    /** Floats that the turned factor takes. */
    public static int room(int cols, int tokens) {
        return Math.multiplyExact(Math.ceilDiv(cols, GROUP) * GROUP, tokens);
    }

    /** Rows that a strip must begin at a multiple of. */
    public static int together() {
        return TILE;
    }

    /** Floats of a strip of so many rows. */
    public static int length(int count, int cols) {
        return Math.multiplyExact(Tiled.tiles(count) * TILE, cols);
    }

    /** Where row {@code r} of a strip has column {@code c}. */
    public int at(int r, int c) {
        return (r / TILE * cols + c) * TILE + r % TILE;
    }

    /** Writes the whole gradient, or adds it to what {@code gradient} holds. */
    public void write(Compute compute, Floats gradient, boolean add) {
        strip(compute, 0, rows, gradient, add);
    }

    /**
     * Writes the gradient of rows {@code from .. from + count}.
     *
     * @param from a multiple of {@link #together}
     * @param out  {@link #length} floats; see {@link #at}
     * @param add  to what {@code out} holds
     */
    public void strip(Compute compute, int from, int count, Floats out, boolean add) {
        int parts = Math.ceilDiv(Tiled.tiles(count), TASK);
        Floats rest = dy.slice(from * width, dy.length() - from * width);
        compute.parallel().run(Math.ceilDiv(cols, GROUP) * parts, task -> {
            int group = task / parts;
            int first = task % parts * TASK;
            compute.kernels().denseGradients().tiles(rest, rows * width, count, width, tokens / width, groups.slice(group * tokens * GROUP, tokens * GROUP), cols,
                    group * GROUP, first, Math.min(Tiled.tiles(count), first + TASK), out, add);
        });
    }
}
