package dev.filigree.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.filigree.base.Floats;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * Numbers held in 32, 16 or 8 bits for products that are bound by bytes. Codes come in units of 64 bytes, one cache line:
 * 16 floats in order, 32 of 16 bits or 64 of 8 bits. A unit is read as sixteen 32-bit words, and value i of a unit lies in
 * word {@code i % 16} at place {@code i / 16}, lowest bits first, so that shifting all words at once brings up sixteen
 * neighbouring values. A word of 8-bit codes is a sum, {@code c0 + 2^8 c1 + 2^16 c2 + 2^24 c3} modulo 2^32: shifted up and
 * taken for one number it is a code at the top and, below it, the words of the places below, which a product of the same
 * input can take off its sums at the end instead of off every word.
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
            case INT8 -> digit(word, place);
        };
    }

    /** Stores {@code code} as value {@code i}: any float, or -127 .. 127 with 8 bits. */
    public void code(long i, float code) {
        int place = (int) (i % type.perUnit() / 16);
        long at = i / type.perUnit() * 16 + i % 16;
        int word = codes.getAtIndex(JAVA_INT, at);
        codes.setAtIndex(JAVA_INT, at, switch (type) {
            case F32 -> Float.floatToRawIntBits(code);
            case BF16 -> (word & 0xFFFF_0000 >>> 16 * place) | rounded(code) << 16 * place;
            case INT8 -> word + (Math.clamp(Math.round(code), -127, 127) - digit(word, place) << 8 * place);
        });
    }

    /**
     * Where row {@code row} of block {@code block} lies, for blocks of {@code blockRows} values. They follow one another, but with 8
     * bits a block is whole words, so that the rows of a word belong to one input: row r is at place {@code r / words} of the
     * block's word {@code r % words}.
     */
    public static long inBlock(Type type, int blockRows, long block, int row) {
        if (type != Type.INT8) {
            return block * blockRows + row;
        }
        int words = words(type, blockRows);
        long word = block * words + row % words;
        return word / 16 * type.perUnit() + row / words * 16L + word % 16;
    }

    /** Neighbouring words in which a block lies. */
    public static int words(Type type, int blockRows) {
        return type == Type.INT8 ? blockRows / 4 : blockRows;
    }

    /** Code {@code place} of a word; what lies below is less than half of it either way. */
    private static byte digit(int word, int place) {
        return (byte) (place == 0 ? word : word + (1 << 8 * place - 1) >> 8 * place);
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
