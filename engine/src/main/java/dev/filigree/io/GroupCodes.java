package dev.filigree.io;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.filigree.base.Floats;
import dev.filigree.tensor.Values;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Groups of whole numbers that share a scale, as GGUF stores them: what they hold, without a detour by floats. */
public final class GroupCodes {

    private static final int MIDDLE = 8;

    private GroupCodes() {
    }

    /** Whether a tensor is stored so. */
    public static boolean has(StoredTensor t) {
        return t.type().group() > 1;
    }

    /** The code of element {@code i}, which its group's scale is to be multiplied by: -128 to 127 for Q8_0, -8 to 7 for Q4_0. */
    public static int code(StoredTensor t, long i) {
        int group = t.type().group();
        long at = i / group * t.type().bytes() + Short.BYTES;
        int j = (int) (i % group);
        if (t.type() == DType.Q8_0) {
            return t.data().get(JAVA_BYTE, at + j);
        }
        int half = group / 2;
        int both = t.data().get(JAVA_BYTE, at + j % half);
        return (j < half ? both & 15 : both >>> 4 & 15) - MIDDLE;
    }

    /** The scale of a group. */
    public static float scale(StoredTensor t, long group) {
        return Float.float16ToFloat(t.data().get(StoredTensor.SHORT, group * t.type().bytes()));
    }

    /** The same numbers as bytes and 32-bit scales. */
    public static Values.Int8 unpack(Arena arena, StoredTensor t) {
        int group = t.type().group();
        int count = Math.toIntExact(t.elements());
        MemorySegment codes = arena.allocate(Math.max(1, count), Floats.ALIGNMENT);
        Floats scales = Floats.allocate(arena, count / group);
        for (int g = 0; g < scales.length(); g++) {
            scales.set(g, scale(t, g));
        }
        for (int i = 0; i < count; i++) {
            codes.set(JAVA_BYTE, i, (byte) code(t, i));
        }
        return new Values.Int8(codes, scales, group, count);
    }

    /** Values rounded to codes, {@code scale = max |w| / 127} for Q8_0; {@code scale = w / -8} of the largest {@code |w|} for Q4_0, both rounded to 16 bits first. */
    static StoredTensor encode(Arena arena, String name, DType type, Floats values, long... shape) {
        MemorySegment data = arena.allocate(Math.max(1, StoredTensor.bytes(type, shape)), Floats.ALIGNMENT).asSlice(0, StoredTensor.bytes(type, shape));
        int group = type.group();
        for (int g = 0; g < values.length() / group; g++) {
            float largest = 0;
            for (int j = 0; j < group; j++) {
                float v = values.get(g * group + j);
                largest = Math.abs(v) > Math.abs(largest) ? v : largest;
            }
            short scale = Float.floatToFloat16(type == DType.Q8_0 ? Math.abs(largest) / 127 : largest / -MIDDLE);
            long at = (long) g * type.bytes();
            data.set(StoredTensor.SHORT, at, scale);
            for (int j = 0; j < group; j++) {
                put(data, type, at + Short.BYTES, j, code(type, values.get(g * group + j), Float.float16ToFloat(scale)));
            }
        }
        return new StoredTensor(name, type, shape, data);
    }

    private static int code(DType type, float v, float scale) {
        int most = type == DType.Q8_0 ? 127 : MIDDLE - 1;
        return scale == 0 ? 0 : Math.clamp((long) Math.rint(v / scale), -most - (type == DType.Q8_0 ? 0 : 1), most);
    }

    private static void put(MemorySegment data, DType type, long at, int j, int code) {
        if (type == DType.Q8_0) {
            data.set(JAVA_BYTE, at + j, (byte) code);
            return;
        }
        int half = type.group() / 2;
        int both = data.get(JAVA_BYTE, at + j % half);
        data.set(JAVA_BYTE, at + j % half, (byte) (j < half ? both | code + MIDDLE : both | code + MIDDLE << 4));
    }
}
