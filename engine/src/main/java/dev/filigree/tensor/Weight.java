package dev.filigree.tensor;

/**
 * A matrix [rows x cols] = [outputs x inputs] in one of the layouts that products understand. Whatever is zero by
 * structure is not stored. {@link Matmul} is the only place that switches over the layouts.
 */
public sealed interface Weight permits Dense, Tiled, Columns, Csr, SlicedEll, BlockCsr, RowGroups, CodedBlocks, CodedGroups, PackedNofM, Bitmap, ConvWeight {

    int rows();

    int cols();

    /** Stored positions; padding that a layout needs is not counted. */
    long nonZeros();

    /** Resident bytes: values and indices. */
    long bytes();

    /** Short name of the layout: "dense", "csr", "4x1", "1x8", "2:4", "bitmap", "columns int8", "4x1 bf16", "1x16 int4", "sliced". */
    String layout();

    /** Calls {@code visitor} once for every stored position, in an order of the layout's own. */
    void forEach(Visitor visitor);

    /** All positions of the matrix. */
    default long positions() {
        return (long) rows() * cols();
    }

    /** Share of positions that are not stored. */
    default double sparsity() {
        return 1 - nonZeros() / (double) positions();
    }

    /** Takes one stored position. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param slot index of the value in the layout's own array
         */
        void at(int row, int col, int slot, float value);
    }
}
