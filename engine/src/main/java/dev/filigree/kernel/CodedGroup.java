package dev.filigree.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/**
 * Groups of 16 consecutive inputs of one output in 4 bits: {@code w = scale (code - zero)} with codes and zero 0 to 15. A group's scale, zero and place are one word:
 * the scale as the upper half of a 32-bit float in its upper half, then 4 bits of the zero and 12 of the column over 16. Codes of eight groups are a unit of 64 bytes, read
 * as sixteen words: the code of input i of group j lies in word {@code i} of unit {@code j / 8} at bits {@code 4 (j % 8)}. Each row is filled up to whole steps of four
 * groups, which a product takes at once; the word of a group that fills up is {@link #FILLER}.
 */
public final class CodedGroup {

    /** Inputs of a group. */
    public static final int SIZE = 16;
    /** Groups of a unit. */
    public static final int PER_UNIT = 8;
    /** Groups of a step: the first of each row is a multiple of this. */
    public static final int PER_STEP = 4;
    /** The word of a group whose scale is zero: it adds the inputs of column 0 times zero. */
    public static final int FILLER = 0;
    /** Highest code. */
    public static final int HIGHEST = 15;
    /** Inputs that there may be. */
    public static final int MOST_COLS = SIZE << 12;

    private CodedGroup() {
    }

    /** @param scale whose lower 16 bits are zero */
    public static int word(float scale, int zero, int column) {
        return Float.floatToRawIntBits(scale) | zero << 12 | column / SIZE;
    }

    public static float scale(int word) {
        return Float.intBitsToFloat(word & 0xFFFF_0000);
    }

    public static int zero(int word) {
        return word >>> 12 & 15;
    }

    /** The first input of the group. */
    public static int column(int word) {
        return (word & 0xFFF) * SIZE;
    }

    /** Words of codes before those of group {@code j}'s unit. */
    private static long word(long j, int i) {
        return j / PER_UNIT * SIZE + i;
    }

    /** The code of input {@code i} of group {@code j}. */
    public static int code(MemorySegment codes, long j, int i) {
        return codes.getAtIndex(JAVA_INT, word(j, i)) >>> 4 * (j % PER_UNIT) & 15;
    }

    /** Stores a code where there was none. */
    public static void code(MemorySegment codes, long j, int i, int code) {
        codes.setAtIndex(JAVA_INT, word(j, i), codes.getAtIndex(JAVA_INT, word(j, i)) | code << 4 * (j % PER_UNIT));
    }
}
