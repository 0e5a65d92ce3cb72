package dev.filigree.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A named array as it lies in a file: little-endian, row-major, perhaps memory-mapped and perhaps unaligned.
 *
 * @param name  its name in the checkpoint
 * @param type  type of an element
 * @param shape extents, outermost first; empty for a scalar
 * @param data  exactly {@code type.bytes(elements)} bytes; groups do not go on from one row to the next
 */
public record StoredTensor(String name, DType type, long[] shape, MemorySegment data) {

    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    public StoredTensor {
        shape = shape.clone();
        if (data.byteSize() != bytes(type, shape)) {
            throw new IllegalArgumentException("tensor " + name + ": " + data.byteSize() + " bytes for " + type + " " + Arrays.toString(shape));
        }
    }

    /** A tensor of 32-bit floats. */
    public static StoredTensor of(String name, Floats values, long... shape) {
        return new StoredTensor(name, DType.F32, shape, values.segment());
    }

    /** Bytes of an array of this type and shape, or -1 where an extent is negative, groups do not fill a row, or the product exceeds 2^63-1. */
    static long bytes(DType type, long[] shape) {
        long bytes = type.bytes();
        boolean empty = false;
        for (long extent : shape) {
            if (extent < 0) {
                return -1;
            }
            empty |= extent == 0;
        }
        if (empty) {
            return 0;
        }
        if (type.group() > 1 && (shape.length == 0 || shape[shape.length - 1] % type.group() != 0)) {
            return -1;
        }
        for (int i = 0; i < shape.length; i++) {
            long extent = i == shape.length - 1 ? shape[i] / type.group() : shape[i];
            if (Math.multiplyHigh(bytes, extent) != 0 || bytes * extent < 0) {
                return -1;
            }
            bytes *= extent;
        }
        return bytes;
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    public long elements() {
        return data.byteSize() / type.bytes() * type.group();
    }

    /** The shape as text: {@code [384 x 1536]}. */
    public String shapeText() {
        return text(shape);
    }

    static String text(long[] shape) {
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; i < shape.length; i++) {
            out.append(i == 0 ? "" : " x ").append(shape[i]);
        }
        return out.append(']').toString();
    }

    /** The same elements under another name. */
    public StoredTensor renamed(String other) {
        return new StoredTensor(other, type, shape, data);
    }

    /** Element {@code i} as a double; exact for all types but I64 beyond 2^53. */
    public double get(long i) {
        return switch (type) {
            case F64 -> data.getAtIndex(DOUBLE, i);
            case F32 -> data.getAtIndex(FLOAT, i);
            case F16 -> Float.float16ToFloat(data.getAtIndex(SHORT, i));
            case BF16 -> Float.intBitsToFloat(data.getAtIndex(SHORT, i) << 16);
            case I64 -> data.getAtIndex(LONG, i);
            case I32 -> data.getAtIndex(INT, i);
            case U32 -> Integer.toUnsignedLong(data.getAtIndex(INT, i));
            case I16 -> data.getAtIndex(SHORT, i);
            case U16 -> Short.toUnsignedInt(data.getAtIndex(SHORT, i));
            case I8 -> data.get(JAVA_BYTE, i);
            case U8 -> Byte.toUnsignedInt(data.get(JAVA_BYTE, i));
            case BOOL -> data.get(JAVA_BYTE, i) == 0 ? 0 : 1;
            case Q8_0, Q4_0 -> GroupCodes.code(this, i) * GroupCodes.scale(this, i / type.group());
        };
    }

    /** Element {@code i} of an integer type, exactly. */
    long integer(long i) {
        return type == DType.I64 ? data.getAtIndex(LONG, i) : (long) get(i);
    }

    /** All elements decoded to 32-bit floats in aligned memory that lives as long as {@code arena}. */
    public Floats toFloats(Arena arena) {
        if (elements() > Integer.MAX_VALUE) {
            throw new UserError("tensor " + Faults.quote(name) + " has " + elements() + " elements, expected at most 2147483647");
        }
        Floats out = Floats.allocate(arena, (int) elements());
        switch (type) {
            case F32 -> {
                if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
                    MemorySegment.copy(data, 0, out.segment(), 0, data.byteSize());
                } else {
                    MemorySegment.copy(data, FLOAT, 0, out.segment(), ValueLayout.JAVA_FLOAT, 0, out.length());
                }
            }
            case BF16 -> {
                for (int i = 0; i < out.length(); i++) {
                    out.set(i, Float.intBitsToFloat(data.getAtIndex(SHORT, i) << 16));
                }
            }
            case I8 -> {
                for (int i = 0; i < out.length(); i++) {
                    out.set(i, data.get(JAVA_BYTE, i));
                }
            }
            default -> {
                for (int i = 0; i < out.length(); i++) {
                    out.set(i, (float) get(i));
                }
            }
        }
        return out;
    }
}
