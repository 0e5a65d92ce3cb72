package dev.filigree.io;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Type of the stored elements of a tensor, by the names that safetensors and GGUF give them. All are little-endian. */
public enum DType {
    F64(8), F32(4), F16(2), BF16(2), I64(8), I32(4), U32(4), I16(2), U16(2), I8(1), U8(1), BOOL(1),
    /** A 16-bit scale and 32 signed bytes; {@code w = scale * code}. */
    Q8_0(34, 32),
    /** A 16-bit scale and 32 codes of four bits, the first 16 in the lower halves of 16 bytes; {@code w = scale * (code - 8)}. */
    Q4_0(18, 32);

    private final int bytes;
    private final int group;

    DType(int bytes) {
        this(bytes, 1);
    }

    DType(int bytes, int group) {
        this.bytes = bytes;
        this.group = group;
    }

    /** Bytes of one element, or of one group of them. */
    public int bytes() {
        return bytes;
    }

    /** Elements of a row that are stored together; 1 where each stands for itself. */
    public int group() {
        return group;
    }

    /** Bytes of so many elements. */
    public long bytes(long elements) {
        return Math.ceilDiv(elements, group) * bytes;
    }

    /** True where an element may be NaN or infinite. */
    public boolean isFloating() {
        return this == F64 || this == F32 || this == F16 || this == BF16 || group > 1;
    }

    /** Of those that safetensors knows. */
    static Optional<DType> named(String name) {
        return plain().filter(t -> t.name().equals(name)).findFirst();
    }

    static String known() {
        return plain().map(DType::name).collect(Collectors.joining(", "));
    }

    private static Stream<DType> plain() {
        return Arrays.stream(values()).filter(t -> t.group == 1);
    }
}
