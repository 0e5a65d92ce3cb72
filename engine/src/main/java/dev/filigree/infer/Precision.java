package dev.filigree.infer;

import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.kernel.Coded;
import dev.filigree.tensor.BlockCsr;
import dev.filigree.tensor.CodedBlocks;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** In how many bits the weights of products are held while a model runs. Vectors and activations are always 32-bit floats. */
public enum Precision {

    /** 32-bit floats. */
    FP32(Coded.Type.F32),
    /** The upper half of a 32-bit float, rounded to the nearest. */
    BF16(Coded.Type.BF16),
    /** Signed bytes, {@code w = code * scale} with {@code scale = max |w| / 127} of the row. */
    INT8(Coded.Type.INT8);

    /** Metadata of a checkpoint with packed weights: in how many bits. */
    static final String KEY = "filigree.weights";

    private final Coded.Type type;

    Precision(Coded.Type type) {
        this.type = type;
    }

    /** By the name that a person gave. */
    public static Precision of(String name) {
        return Arrays.stream(values()).filter(p -> p.label().equals(name)).findFirst().orElseThrow(() -> new UserError("--weights: found " + name + ", expected "
                + Arrays.stream(values()).map(Precision::label).collect(Collectors.joining(", "))));
    }

    /** Packed weights run as they are: a {@code UserError} unless it is this that they were packed for. */
    void requirePacked(Checkpoint weights) {
        String found = weights.metadata().getOrDefault(KEY, "something else");
        if (!found.equals(label())) {
            throw new UserError("--weights: found " + label() + ", and " + weights.source() + " is packed for " + found + "; expected that or none, or pack the model again");
        }
    }

    /** Short name: fp32, bf16, int8. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public Coded.Type type() {
        return type;
    }

    /** Whether {@link #hold} makes something else of a weight; sparse layouts that have no form in fewer bits stay as they are. */
    public boolean changes(Weight w) {
        return this != FP32 && (w instanceof Tiled || w instanceof BlockCsr b && CodedBlocks.HEIGHTS.contains(b.blockRows()));
    }

    /** The weight as it is to run, in {@code arena}; {@code w} itself unless this {@link #changes} it. */
    public Weight hold(Arena arena, Weight w) {
        if (!changes(w)) {
            return w;
        }
        return w instanceof BlockCsr b ? CodedBlocks.pack(arena, b, type, 0) : Columns.pack(arena, w, type, w.cols());
    }
}
