package dev.filigree.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.filigree.base.Floats;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * Numbers held in 32, 16 or 8 bits for products that are bound by bytes. Codes come in units of 64 bytes, one cache line:
 * 16 floats in order, 32 of 16 bits or 64 of 8 bits. A unit is read as sixteen 32-bit words, and value i of a unit lies in
 * word {@code i % 16} at place {@code i / 16}, lowest bits first, so that shifting all words at once brings up sixteen
 * neighbouring values.
 *
 * @param codes  whole units, aligned to 64 bytes
 * @param scales what a code of 8 bits is multiplied by; see the product for which it belongs to; null for other types
 */
public record Coded(Type type, MemorySegment codes, Floats scales) {

    /** Bytes of a unit. */
    public static final int UNIT = 64;

    /** How a number is held. */
    public enum Type {
        /** 32-bit float. */
        F32(16),
        /** The upper half of a 32-bit float (bfloat16). */
        BF16(32),
        /** A signed byte times a scale. */
        INT8(64);

        private final int perUnit;

        Type(int perUnit) {
            this.perUnit = perUnit;
        }

        /** Short name: f32, bf16, int8. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Values in a unit. */
        public int perUnit() {
            return perUnit;
        }

        /** Bits of a value. */
        public int bits() {
            return 8 * UNIT / perUnit;
        }
    }

    /** Value {@code i} before its scale. */
    public float code(long i) {
        int place = (int) (i % type.perUnit() / 16);
        int word = codes.getAtIndex(JAVA_INT, i / type.perUnit() * 16 + i % 16);
        return switch (type) {
            case F32 -> Float.intBitsToFloat(word);
            case BF16 -> Float.intBitsToFloat(word >>> 16 * place << 16);
            case INT8 -> (byte) (word >>> 8 * place);
        };
    }

    /** Stores {@code code} as value {@code i}: any float, or -127 .. 127 with 8 bits. */
    public void code(long i, float code) {
        int place = (int) (i % type.perUnit() / 16);
        long at = i / type.perUnit() * 16 + i % 16;
        int bits = switch (type) {
            case F32 -> Float.floatToRawIntBits(code);
            case BF16 -> rounded(code);
            case INT8 -> Math.clamp(Math.round(code), -127, 127) & 0xFF;
        };
        int shift = type.bits() * place;
        int mask = type == Type.F32 ? -1 : (1 << type.bits()) - 1;
        int word = codes.getAtIndex(JAVA_INT, at);
        codes.setAtIndex(JAVA_INT, at, word & ~(mask << shift) | bits << shift);
    }

    /** Resident bytes. */
    public long bytes() {
        return codes.byteSize() + (scales == null ? 0 : scales.bytes());
    }

    /** The nearest bfloat16, ties to even. */
    private static int rounded(float v) {
        int bits = Float.floatToRawIntBits(v);
        return Float.isNaN(v) ? bits >>> 16 | 0x40 : bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
    }
}
