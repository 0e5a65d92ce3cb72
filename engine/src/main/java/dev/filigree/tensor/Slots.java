package dev.filigree.tensor;

import dev.filigree.base.Floats;

/** The array in which a layout holds its values; gradients and optimizer state lie in the same order. */
public final class Slots {

    private Slots() {
    }

    /** The 32-bit values of {@code w}, padding included, as {@link Weight#forEach} numbers them. */
    public static Floats of(Weight w) {
        return switch (w) {
            case Csr c -> c.values();
            case BlockCsr b -> b.values();
            case RowGroups g -> g.values();
            case Dense d -> d.floats();
            case PackedNofM p -> p.values();
            case Bitmap b -> b.values();
            case Tiled t -> t.tiles();
            case ConvWeight c -> c.values();
            case Columns _, CodedBlocks _, CodedGroups _, SlicedEll _ -> throw new IllegalStateException("a weight held as " + w.layout() + " serves one token at a time and is not trained");
        };
    }

    /** Whether gradients for {@code w} can be had: rows of entries, blocks, groups, convolutions, dense weights packed for products, tables and vectors. */
    public static boolean trainable(Weight w) {
        return switch (w) {
            case Csr c -> true;
            case BlockCsr b -> true;
            case RowGroups g -> true;
            case Tiled t -> true;
            case ConvWeight c -> true;
            case Dense d -> true;
            default -> false;
        };
    }
}
