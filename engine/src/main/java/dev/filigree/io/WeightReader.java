package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;

/**
 * Turns stored tensors into weights that products take, copied into memory of its own, so that the checkpoint may be
 * closed afterwards. Shapes and values are checked here, once.
 */
public final class WeightReader {

    private final Checkpoint checkpoint;
    private final Arena arena;

    /** @param arena owns the weights that are read */
    public WeightReader(Checkpoint checkpoint, Arena arena) {
        this.checkpoint = checkpoint;
        this.arena = arena;
    }

    /** The weight {@code name}: [rows x cols], or a vector of {@code rows} when {@code cols} is 1; linear ones tiled. */
    public Weight weight(String name, int rows, int cols) {
        long[] shape = cols == 1 ? new long[] {rows} : new long[] {rows, cols};
        if (EncoderNames.isLinearWeight(name)) {
            try (Arena brief = Arena.ofConfined()) {
                return Tiled.pack(arena, Dense.of(rows, cols, checkpoint.weights(brief, name, shape)));
            }
        }
        Floats values = checkpoint.weights(arena, name, shape);
        return Dense.of(rows, cols, values);
    }
}
