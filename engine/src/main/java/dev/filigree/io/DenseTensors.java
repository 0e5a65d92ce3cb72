package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Stored weights as plain arrays, whatever they are stored as, and back. */
final class DenseTensors {

    private DenseTensors() {
    }

    /** Refuses models that have no plain matrices of the family's usual shapes: weights packed to run, and what was cut or given another activation. */
    static void requireUsual(StoredDecoder model) {
        if (Packed.is(model.weights())) {
            throw Faults.unsupported(model.weights().source(), "holds weights packed to run", "convert the model that they were packed from");
        }
        if (!model.config().cut().equals(DecoderConfig.Cut.NONE) || model.config().activation() != Activation.SILU) {
            throw Faults.unsupported(model.weights().source(), "was cut, or has another activation than its family", "other formats know only the usual shape");
        }
    }

    /** A weight {@code [rows x cols]} row by row, zeros included. */
    static Floats read(Arena arena, Checkpoint from, String name, int rows, int cols) {
        Weight w = new WeightReader(from, arena).weight(name, rows, cols, false);
        Floats out = Floats.allocate(arena, Math.toIntExact((long) rows * cols));
        w.forEach((r, c, slot, v) -> out.set(r * cols + c, v));
        return out;
    }

    /** Values in so many bits; a UserError names the model where a value is too large for them. */
    static StoredTensor encode(Arena arena, String source, String name, DType type, Floats values, int rows, int cols) {
        long[] shape = cols == 1 ? new long[] {rows} : new long[] {rows, cols};
        return switch (type) {
            case F32 -> StoredTensor.of(name, values, shape);
            case BF16 -> Store.BF16.encode(arena, name, name, shape, values, rows, i -> i / cols).getFirst();
            case F16 -> {
                MemorySegment data = arena.allocate(Math.max(1, 2L * values.length()), Floats.ALIGNMENT).asSlice(0, 2L * values.length());
                for (int i = 0; i < values.length(); i++) {
                    short half = Float.floatToFloat16(values.get(i));
                    if (!Float.isFinite(Float.float16ToFloat(half))) {
                        throw new UserError(source + ": " + name + " holds " + values.get(i) + ", too large for 16-bit floats; use --type bf16 or f32");
                    }
                    data.setAtIndex(StoredTensor.SHORT, i, half);
                }
                yield new StoredTensor(name, type, shape, data);
            }
            case Q8_0, Q4_0 -> GroupCodes.encode(arena, name, type, values, shape);
            default -> throw new IllegalArgumentException("weights as " + type);
        };
    }

    /** Whether a checkpoint holds a matrix in the parts of a sparse format. */
    static boolean isSparse(Checkpoint from, String name) {
        return !parts(from, name).isEmpty() && !from.has(name);
    }

    /** The tensors of a sparse matrix; none for one that is dense. */
    static List<StoredTensor> parts(Checkpoint from, String name) {
        String prefix = name.substring(0, name.lastIndexOf('.') + 1);
        return from.has(name) ? List.of() : from.tensors().stream().filter(t -> t.name().startsWith(prefix)).toList();
    }
}
