package dev.filigree.io;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Type of the stored elements of a tensor, by the names that safetensors gives them. All are little-endian. */
public enum DType {
    F64(8), F32(4), F16(2), BF16(2), I64(8), I32(4), U32(4), I16(2), U16(2), I8(1), U8(1), BOOL(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** True where an element may be NaN or infinite. */
    public boolean isFloating() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }

    static Optional<DType> named(String name) {
        return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst();
    }

    static String known() {
        return Arrays.stream(values()).map(DType::name).collect(Collectors.joining(", "));
    }
}
