package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Conv;
import dev.filigree.tensor.ConvTranspose;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;

/**
 * The weight of the gradient with respect to the input of a convolution: transposed, taps in reverse order. Its structure
 * is built once; only its values are fetched again when those of the weight have changed.
 */
final class Turned {

    private final Weight source;
    private final int taps;
    private final ConvTranspose sparse; // null for a dense weight
    private final Tiled dense; // null for a sparse one

    private Turned(Weight source, int taps, ConvTranspose sparse, Tiled dense) {
        this.source = source;
        this.taps = taps;
        this.sparse = sparse;
        this.dense = dense;
    }

    static Turned of(Weight w, int taps) {
        return switch (w) {
            case ConvWeight c -> new Turned(w, taps, c.transpose(Arena.ofAuto()), null);
            case Tiled t -> {
                int rows = t.cols() / taps;
                int cols = t.rows() * taps;
                Tiled turned = new Tiled(rows, cols, Floats.allocate(Math.multiplyExact(Tiled.tiles(rows) * Kernels.TILE_ROWS, cols)));
                Conv.transpose(t, taps, turned);
                yield new Turned(w, taps, null, turned);
            }
            default -> throw new IllegalStateException("a convolution weight held as " + w.layout() + " has no gradient");
        };
    }

    long bytes() {
        return sparse != null ? sparse.weight().bytes() + sparse.from().bytes() : dense.bytes();
    }

    /** Whether this was built from {@code w}, whose positions never change. */
    boolean isOf(Weight w) {
        return source == w;
    }

    /** The weight with present values; they are fetched only where it is trained. */
    Weight refreshed(boolean trained) {
        if (sparse != null) {
            if (trained) {
                sparse.refresh();
            }
            return sparse.weight();
        }
        if (trained) {
            Conv.transpose((Tiled) source, taps, dense);
        }
        return dense;
    }
}
