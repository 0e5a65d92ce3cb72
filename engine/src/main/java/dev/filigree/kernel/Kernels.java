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

    /** Tokens per panel that every implementation supports, smallest first. A panel of one is a vector: {@link MatrixVector}. */
    int[] WIDTHS = {1, 16, 32, 64};

    /** Rows of a dense weight that are packed together: {@code [ceil(rows/TILE_ROWS)] [cols] [TILE_ROWS]}. */
    int TILE_ROWS = 4;

    /** Smallest panel width that holds {@code tokens}, or the largest there is: what runs where no plan has measured better. */
    static int widthFor(int tokens) {
        for (int w : WIDTHS) {
            if (tokens <= w) {
                return w;
            }
        }
        return WIDTHS[WIDTHS.length - 1];
    }

    Products products();

    MatrixVector matrixVector();

    FewTokens fewTokens();

    SparseGradients sparseGradients();

    DenseGradients denseGradients();

    Convolutions convolutions();

    Channels channels();

    Elementwise elementwise();

    Norms norms();

    Attention attention();

    Survivors survivors();

    Updates updates();

    SparseDots sparseDots();

    Postings postings();

    Ceilings ceilings();

    /** What runs, for reports: "vector 512 bit" or "scalar". */
    String name();

    /** Floats per vector; 1 for scalar code. */
    int lanes();

    /**
     * The implementation of this process, chosen when first asked for: what the property {@code filigree.kernels} names
     * ({@code 512}, {@code 256}, {@code 128} or {@code scalar}), else the widest vectors that the processor prefers, or
     * scalar code when the incubator module is absent.
     *
     * @throws dev.filigree.base.UserError when what the property names cannot run here
     */
    static Kernels best() {
        return KernelChoice.best();
    }

    /** The definition of every kernel. */
    static Kernels scalar() {
        return new ScalarKernels();
    }
}
