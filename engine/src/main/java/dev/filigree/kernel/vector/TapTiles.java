package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.SPAN;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.WIDE;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * The register tiles of {@link Tiles} with a list of where each input lies, instead of one step from input to input: the
 * taps of a window are at uneven distances.
 */
final class TapTiles {

    /** Log2 of the bytes of a pixel, in which distances are given. */
    private static final int PIXEL = Long.numberOfTrailingZeros(Bands.PIXEL);

    private TapTiles() {
    }

    /**
     * Adds to {@code c}, {@code live} rows of {@code vectors} vectors, the packed rows {@code a} times b.
     *
     * @param packStep bytes between neighbouring packs of {@link PackedTiles#ROWS} rows
     * @param list     {@code depth} whole numbers: pixels from b to each input
     */
    static void add(int depth, long a, long packStep, long list, long b, int vectors, long c, long cStep, int live) {
        for (int left = vectors; left > 0;) {
            int n = WIDE >= 4 && left >= 4 ? 4 : left >= 2 ? 2 : 1;
            for (int r = 0; r < live; r += PackedTiles.ROWS) {
                long pack = a + r / PackedTiles.ROWS * packStep;
                int rows = Math.min(PackedTiles.ROWS, live - r);
                switch (n) {
                    case 4 -> tile4x4(depth, pack, list, b, c + r * cStep, cStep, rows);
                    case 2 -> tile4x2(depth, pack, list, b, c + r * cStep, cStep, rows);
                    default -> tile4x1(depth, pack, list, b, c + r * cStep, cStep, rows);
                }
            }
            b += n * STEP;
            c += n * STEP;
            left -= n;
        }
    }

    private static void tile4x4(int depth, long a, long list, long b, long c, long cStep, int live) {
        long as = a & MASK;
        long ls = list & MASK;
        long bs = b & MASK;
        long s = c & MASK;
        FloatVector a00 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a01 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        FloatVector a02 = fromMemorySegment(F, ALL, s + 2 * STEP, ORDER);
        FloatVector a03 = fromMemorySegment(F, ALL, s + 3 * STEP, ORDER);
        s = (c + cStep * Math.min(1, live - 1)) & MASK;
        FloatVector a10 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a11 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        FloatVector a12 = fromMemorySegment(F, ALL, s + 2 * STEP, ORDER);
        FloatVector a13 = fromMemorySegment(F, ALL, s + 3 * STEP, ORDER);
        s = (c + cStep * Math.min(2, live - 1)) & MASK;
        FloatVector a20 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a21 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        FloatVector a22 = fromMemorySegment(F, ALL, s + 2 * STEP, ORDER);
        FloatVector a23 = fromMemorySegment(F, ALL, s + 3 * STEP, ORDER);
        s = (c + cStep * Math.min(3, live - 1)) & MASK;
        FloatVector a30 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a31 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        FloatVector a32 = fromMemorySegment(F, ALL, s + 2 * STEP, ORDER);
        FloatVector a33 = fromMemorySegment(F, ALL, s + 3 * STEP, ORDER);
        for (int k = 0; k < depth; k++) {
            long i = k & INDEX;
            long p = bs + (((long) getInt(ls + 4 * i) << PIXEL) & SPAN);
            long q = as + 16 * i;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector x2 = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER);
            FloatVector x3 = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER);
            FloatVector w0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats();
            a00 = w0.fma(x0, a00);
            a01 = w0.fma(x1, a01);
            a02 = w0.fma(x2, a02);
            a03 = w0.fma(x3, a03);
            FloatVector w1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats();
            a10 = w1.fma(x0, a10);
            a11 = w1.fma(x1, a11);
            a12 = w1.fma(x2, a12);
            a13 = w1.fma(x3, a13);
            FloatVector w2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 8)).reinterpretAsFloats();
            a20 = w2.fma(x0, a20);
            a21 = w2.fma(x1, a21);
            a22 = w2.fma(x2, a22);
            a23 = w2.fma(x3, a23);
            FloatVector w3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 12)).reinterpretAsFloats();
            a30 = w3.fma(x0, a30);
            a31 = w3.fma(x1, a31);
            a32 = w3.fma(x2, a32);
            a33 = w3.fma(x3, a33);
        }
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        a01.intoMemorySegment(ALL, c0 + STEP, ORDER);
        a02.intoMemorySegment(ALL, c0 + 2 * STEP, ORDER);
        a03.intoMemorySegment(ALL, c0 + 3 * STEP, ORDER);
        if (live > 1) {
            long c1 = (c + cStep) & MASK;
            a10.intoMemorySegment(ALL, c1, ORDER);
            a11.intoMemorySegment(ALL, c1 + STEP, ORDER);
            a12.intoMemorySegment(ALL, c1 + 2 * STEP, ORDER);
            a13.intoMemorySegment(ALL, c1 + 3 * STEP, ORDER);
        }
        if (live > 2) {
            long c2 = (c + 2 * cStep) & MASK;
            a20.intoMemorySegment(ALL, c2, ORDER);
            a21.intoMemorySegment(ALL, c2 + STEP, ORDER);
            a22.intoMemorySegment(ALL, c2 + 2 * STEP, ORDER);
            a23.intoMemorySegment(ALL, c2 + 3 * STEP, ORDER);
        }
        if (live > 3) {
            long c3 = (c + 3 * cStep) & MASK;
            a30.intoMemorySegment(ALL, c3, ORDER);
            a31.intoMemorySegment(ALL, c3 + STEP, ORDER);
            a32.intoMemorySegment(ALL, c3 + 2 * STEP, ORDER);
            a33.intoMemorySegment(ALL, c3 + 3 * STEP, ORDER);
        }
    }

    private static void tile4x2(int depth, long a, long list, long b, long c, long cStep, int live) {
        long as = a & MASK;
        long ls = list & MASK;
        long bs = b & MASK;
        long s = c & MASK;
        FloatVector a00 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a01 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        s = (c + cStep * Math.min(1, live - 1)) & MASK;
        FloatVector a10 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a11 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        s = (c + cStep * Math.min(2, live - 1)) & MASK;
        FloatVector a20 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a21 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        s = (c + cStep * Math.min(3, live - 1)) & MASK;
        FloatVector a30 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a31 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        for (int k = 0; k < depth; k++) {
            long i = k & INDEX;
            long p = bs + (((long) getInt(ls + 4 * i) << PIXEL) & SPAN);
            long q = as + 16 * i;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector w0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats();
            a00 = w0.fma(x0, a00);
            a01 = w0.fma(x1, a01);
            FloatVector w1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats();
            a10 = w1.fma(x0, a10);
            a11 = w1.fma(x1, a11);
            FloatVector w2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 8)).reinterpretAsFloats();
            a20 = w2.fma(x0, a20);
            a21 = w2.fma(x1, a21);
            FloatVector w3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 12)).reinterpretAsFloats();
            a30 = w3.fma(x0, a30);
            a31 = w3.fma(x1, a31);
        }
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        a01.intoMemorySegment(ALL, c0 + STEP, ORDER);
        if (live > 1) {
            long c1 = (c + cStep) & MASK;
            a10.intoMemorySegment(ALL, c1, ORDER);
            a11.intoMemorySegment(ALL, c1 + STEP, ORDER);
        }
        if (live > 2) {
            long c2 = (c + 2 * cStep) & MASK;
            a20.intoMemorySegment(ALL, c2, ORDER);
            a21.intoMemorySegment(ALL, c2 + STEP, ORDER);
        }
        if (live > 3) {
            long c3 = (c + 3 * cStep) & MASK;
            a30.intoMemorySegment(ALL, c3, ORDER);
            a31.intoMemorySegment(ALL, c3 + STEP, ORDER);
        }
    }

    private static void tile4x1(int depth, long a, long list, long b, long c, long cStep, int live) {
        long as = a & MASK;
        long ls = list & MASK;
        long bs = b & MASK;
        long s = c & MASK;
        FloatVector a00 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(1, live - 1)) & MASK;
        FloatVector a10 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(2, live - 1)) & MASK;
        FloatVector a20 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(3, live - 1)) & MASK;
        FloatVector a30 = fromMemorySegment(F, ALL, s, ORDER);
        for (int k = 0; k < depth; k++) {
            long i = k & INDEX;
            long p = bs + (((long) getInt(ls + 4 * i) << PIXEL) & SPAN);
            long q = as + 16 * i;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector w0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats();
            a00 = w0.fma(x0, a00);
            FloatVector w1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats();
            a10 = w1.fma(x0, a10);
            FloatVector w2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 8)).reinterpretAsFloats();
            a20 = w2.fma(x0, a20);
            FloatVector w3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 12)).reinterpretAsFloats();
            a30 = w3.fma(x0, a30);
        }
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        if (live > 1) {
            long c1 = (c + cStep) & MASK;
            a10.intoMemorySegment(ALL, c1, ORDER);
        }
        if (live > 2) {
            long c2 = (c + 2 * cStep) & MASK;
            a20.intoMemorySegment(ALL, c2, ORDER);
        }
        if (live > 3) {
            long c3 = (c + 3 * cStep) & MASK;
            a30.intoMemorySegment(ALL, c3, ORDER);
        }
    }
}
