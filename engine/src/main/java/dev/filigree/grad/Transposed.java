package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;

/**
 * The transpose {@code [cols x rows]} of a weight, with which gradients flow back through a product. Its structure is
 * built once; only its values are fetched again when those of the weight have changed.
 */
final class Transposed {

    private static final int RANGE = 1 << 14;

    private final Weight source;
    private final Weight transpose;
    private final Ints from; // slot of the source for each slot of the transpose; null for a dense weight

    private Transposed(Weight source, Weight transpose, Ints from) {
        this.source = source;
        this.transpose = transpose;
        this.from = from;
    }

    static Transposed of(Compute compute, Weight w) {
        return w instanceof Tiled t ? dense(compute, t) : sparse(w);
    }

    long bytes() {
        return transpose.bytes() + (from == null ? 0 : from.bytes());
    }

    /** Whether this was built from {@code w}, whose positions never change. */
    boolean isOf(Weight w) {
        return source == w;
    }

    /** The transpose with the weight's present values; those of a dense weight are fetched only where it is trained. */
    Weight refreshed(Compute compute, boolean trained) {
        if (source instanceof Tiled t) {
            if (trained) {
                turn(compute, t, ((Tiled) transpose).tiles());
            }
        } else {
            Floats values = Slots.of(source);
            Floats out = Slots.of(transpose);
            compute.parallel().run(Math.ceilDiv(from.length(), RANGE), task -> {
                int end = Math.min(from.length(), (task + 1) * RANGE);
                for (int j = task * RANGE; j < end; j++) {
                    out.set(j, values.get(from.get(j)));
                }
            });
        }
        return transpose;
    }

    private static Transposed sparse(Weight w) {
        int rows = w.cols();
        int chunk = Math.min(Layout.chunkFor(w.nonZeros(), (long) w.rows() * w.cols()), w.rows());
        int count = Math.toIntExact(w.nonZeros());
        int[] start = new int[Math.ceilDiv(w.rows(), chunk) * rows + 1];
        w.forEach((r, c, slot, v) -> start[r / chunk * rows + c + 1]++);
        for (int i = 1; i < start.length; i++) {
            start[i] += start[i - 1];
        }
        int[] next = start.clone();
        Shorts column = Shorts.allocate(count);
        Ints from = Ints.allocate(count);
        w.forEach((r, c, slot, v) -> {
            int list = r / chunk * rows + c;
            int j = next[list]++;
            if (j > start[list] && column.get(j - 1) >= r % chunk) {
                throw new IllegalStateException("a " + w.layout() + " weight visits column " + c + " out of order");
            }
            column.set(j, r % chunk);
            from.set(j, slot);
        });
        return new Transposed(w, new Csr(rows, w.rows(), chunk, Ints.of(start), column, Floats.allocate(count)), from);
    }

    private static Transposed dense(Compute compute, Tiled w) {
        Floats tiles = Floats.allocate(Arena.ofAuto(), Tiled.tiles(w.cols()) * Kernels.TILE_ROWS * w.rows());
        turn(compute, w, tiles);
        return new Transposed(w, new Tiled(w.cols(), w.rows(), tiles), null);
    }

    /** Writes the tiles of the transpose, those of TILE_ROWS columns in each task. */
    private static void turn(Compute compute, Tiled w, Floats tiles) {
        int tile = Kernels.TILE_ROWS;
        compute.parallel().run(Tiled.tiles(w.cols()), task -> {
            for (int r = 0; r < w.rows(); r++) {
                int from = r / tile * w.cols() * tile + r % tile;
                int to = (task * w.rows() + r) * tile - task * tile;
                for (int c = task * tile; c < Math.min(w.cols(), (task + 1) * tile); c++) {
                    tiles.set(to + c, w.tiles().get(from + c * tile));
                }
            }
        });
    }
}
