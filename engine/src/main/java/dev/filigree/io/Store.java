package dev.filigree.io;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;

/** Type in which the values of matrices are stored. Vectors (biases, LayerNorms) are always 32-bit: they are few. */
public enum Store {

    /** 32-bit floats: exact. */
    F32(4),
    /** The upper half of a 32-bit float, rounded to nearest, ties to even. */
    BF16(2),
    /** Signed bytes times one 32-bit scale for each row; symmetric, the largest magnitude of a row becomes 127. */
    INT8(1),
    /** Groups of 16 inputs in 4 bits with a scale and a zero each; whatever does not lie in such groups is stored as INT8. */
    INT4(1);

    private static final int LARGEST_CODE = 127;

    private final int bytes;

    Store(int bytes) {
        this.bytes = bytes;
    }

    /** The store that a person named: fp32, bf16, int8 or int4. */
    public static Store named(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "fp32", "f32" -> F32;
            case "bf16" -> BF16;
            case "int8" -> INT8;
            case "int4" -> INT4;
            default -> throw new UserError("--store: found \"" + text + "\", expected fp32, bf16, int8 or int4");
        };
    }

    /** Bytes of one value outside of groups, scales not counted. */
    public int bytes() {
        return bytes;
    }

    /** Name of the tensor with the scales of matrix {@code name}: {@code x.weight} has {@code x.weight_scale}. */
    static String scaleName(String name) {
        return name + "_scale";
    }

    /**
     * Stored form of {@code values}: one tensor, and one of scales {@code [rows x 1]} for INT8 and INT4.
     *
     * @param name   of the values' tensor
     * @param matrix name of the matrix, after which scales are named
     * @param shape  of the values' tensor
     * @param rowOf  row of the i-th value
     */
    List<StoredTensor> encode(Arena arena, String name, String matrix, long[] shape, Floats values, int rows, IntUnaryOperator rowOf) {
        return switch (this) {
            case F32 -> List.of(new StoredTensor(name, DType.F32, shape, values.segment()));
            case BF16 -> List.of(new StoredTensor(name, DType.BF16, shape, bf16(arena, values)));
            case INT8, INT4 -> {
                Floats scales = scales(arena, values, rows, rowOf);
                MemorySegment codes = arena.allocate(Math.max(1, values.length())).asSlice(0, values.length());
                for (int i = 0; i < values.length(); i++) {
                    float scale = scales.get(rowOf.applyAsInt(i));
                    codes.set(ValueLayout.JAVA_BYTE, i, scale == 0 ? 0 : (byte) Math.rint(values.get(i) / scale));
                }
                yield List.of(new StoredTensor(name, DType.I8, shape, codes), StoredTensor.of(scaleName(matrix), scales, rows, 1));
            }
        };
    }

    private static Floats scales(Arena arena, Floats values, int rows, IntUnaryOperator rowOf) {
        Floats scales = Floats.allocate(arena, rows);
        for (int i = 0; i < values.length(); i++) {
            int row = rowOf.applyAsInt(i);
            scales.set(row, Math.max(scales.get(row), Math.abs(values.get(i))));
        }
        for (int r = 0; r < rows; r++) {
            scales.set(r, scales.get(r) / LARGEST_CODE);
        }
        return scales;
    }

    private static MemorySegment bf16(Arena arena, Floats values) {
        MemorySegment out = arena.allocate(Math.max(1, 2L * values.length()), Floats.ALIGNMENT).asSlice(0, 2L * values.length());
        for (int i = 0; i < values.length(); i++) {
            int bits = Float.floatToRawIntBits(values.get(i));
            int rounded = bits + 0x7fff + (bits >>> 16 & 1);
            out.setAtIndex(StoredTensor.SHORT, i, (short) (rounded >>> 16));
        }
        return out;
    }
}
