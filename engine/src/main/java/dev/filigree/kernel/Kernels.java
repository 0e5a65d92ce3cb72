package dev.filigree.kernel;

import dev.filigree.kernel.scalar.ScalarKernels;

/**
 * One implementation of every loop over buffers. {@code scalar} is the definition; {@code vector} is tested against it.
 *
 * <p><b>Panels.</b> Activations of M tokens with K features are stored as {@code [ceil(M/width)] [K] [width]}: a panel
 * holds {@code width} tokens, and for each feature its values for these tokens lie side by side. Every loop that treats
 * tokens alike therefore runs along lanes, with weights broadcast, and needs no horizontal sum. Lanes past M hold
 * finite values that nobody reads; in gradients they are zero. Widths are {@link #WIDTHS}.
 */
public interface Kernels {

    /** Tokens per panel that every implementation supports, smallest first. */
    int[] WIDTHS = {16, 32, 64};

    /** Rows of a dense weight that are packed together: {@code [ceil(rows/TILE_ROWS)] [cols] [TILE_ROWS]}. */
    int TILE_ROWS = 5;

    /** Smallest panel width that holds {@code tokens}, or the largest there is. */
    static int widthFor(int tokens) {
        for (int w : WIDTHS) {
            if (tokens <= w) {
                return w;
            }
        }
        return WIDTHS[WIDTHS.length - 1];
    }

    Products products();

    SparseGradients sparseGradients();

    Convolutions convolutions();

    Elementwise elementwise();

    Norms norms();

    Attention attention();

    Updates updates();

    Ceilings ceilings();

    /** What runs, for reports: "vector 512 bit" or "scalar". */
    String name();

    /** Floats per vector; 1 for scalar code. */
    int lanes();

    /**
     * The fastest implementation this process can run: vector code where the incubator module is present and the
     * property {@code filigree.kernels} is not {@code scalar}.
     */
    static Kernels best() {
        return KernelChoice.BEST;
    }

    /** The definition of every kernel. */
    static Kernels scalar() {
        return new ScalarKernels();
    }
}
