package dev.filigree.kernel;

import dev.filigree.base.Ints;

/**
 * Floats of 16 bits (binary16), two in an int. Of every 32 numbers the first 16 are the low halves of 16 ints and the other 16 their high
 * halves, so that a vector of ints of any width holds two vectors of neighbouring numbers.
 */
public final class Halves {

    /** Numbers that are laid out together. */
    public static final int BLOCK = 32;

    /** The largest number; what is larger has no place here. */
    public static final float MOST = 65504;

    private Halves() {
    }

    /** So many numbers, up to whole blocks. */
    public static int whole(int count) {
        return Math.ceilDiv(count, BLOCK) * BLOCK;
    }

    /** Number {@code i}, counted over all of {@code in}. */
    public static float get(Ints in, int i) {
        return Float.float16ToFloat((short) (in.get(place(i)) >>> shift(i)));
    }

    /** Sets number {@code i} to the nearest to {@code v}, which is finite and at most {@link #MOST}. */
    public static void set(Ints in, int i, float v) {
        int shift = shift(i);
        int at = place(i);
        in.set(at, in.get(at) & (0xFFFF0000 >>> shift) | (Float.floatToFloat16(v) & 0xFFFF) << shift);
    }

    private static int place(int i) {
        return i >>> 5 << 4 | i & 15;
    }

    private static int shift(int i) {
        return i & 16;
    }
}
