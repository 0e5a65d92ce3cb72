package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.SPAN;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Dense products with four rows packed side by side: few tokens need taller tiles than {@link Tiles}, made of two packs. A
 * pack is read from end to end by one tile at a time, a few bytes for each input, which is how memory likes it.
 */
final class PackedTiles {

    /** Rows of a pack. */
    static final int ROWS = Tiles.ROWS;

    private PackedTiles() {
    }

    /**
     * Adds to {@code c}, {@code live} rows of {@code count} floats, the packed rows {@code a} times b.
     *
     * @param packStep bytes between neighbouring packs
     * @param aStep    bytes between the rows of a pack for neighbouring inputs
     */
    static void add(int depth, long a, long packStep, long aStep, long b, long bStep, int count, long c, long cStep, int live) {
        int left = count / N;
        // with sixteen registers the two vectors of a short row leave no room for eight rows
        boolean tall = left == 1 || left == 2 && N == 16;
        for (int r = 0; r < live;) {
            long pack = a + r / ROWS * packStep;
            long at = c + r * cStep;
            if (!tall || live - r <= ROWS) {
                Tiles.strip(depth, pack, 4, aStep, b, bStep, count, at, cStep, Math.min(ROWS, live - r), at, cStep, STEP);
                r += ROWS;
            } else {
                if (left == 2) {
                    tile8x2(depth, pack, pack + packStep, aStep, b, bStep, at, cStep, Math.min(2 * ROWS, live - r));
                } else {
                    tile8x1(depth, pack, pack + packStep, aStep, b, bStep, at, cStep, Math.min(2 * ROWS, live - r));
                }
                r += 2 * ROWS;
            }
        }
    }

    private static void tile8x2(int depth, long a, long next, long aStep, long b, long bStep, long c, long cStep, int live) {
        long as = a & MASK;
        long ns = next & MASK;
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
        s = (c + cStep * Math.min(4, live - 1)) & MASK;
        FloatVector a40 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a41 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        s = (c + cStep * Math.min(5, live - 1)) & MASK;
        FloatVector a50 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a51 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        s = (c + cStep * Math.min(6, live - 1)) & MASK;
        FloatVector a60 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a61 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        s = (c + cStep * Math.min(7, live - 1)) & MASK;
        FloatVector a70 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a71 = fromMemorySegment(F, ALL, s + STEP, ORDER);
        for (int k = 0; k < depth; k++) {
            long i = k & INDEX;
            long p = bs + (i * bStep & SPAN);
            long q = as + (i * aStep & SPAN);
            long u = ns + (i * aStep & SPAN);
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
            FloatVector w4 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, u)).reinterpretAsFloats();
            a40 = w4.fma(x0, a40);
            a41 = w4.fma(x1, a41);
            FloatVector w5 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, u + 4)).reinterpretAsFloats();
            a50 = w5.fma(x0, a50);
            a51 = w5.fma(x1, a51);
            FloatVector w6 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, u + 8)).reinterpretAsFloats();
            a60 = w6.fma(x0, a60);
            a61 = w6.fma(x1, a61);
            FloatVector w7 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, u + 12)).reinterpretAsFloats();
            a70 = w7.fma(x0, a70);
            a71 = w7.fma(x1, a71);
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
        if (live > 4) {
            long c4 = (c + 4 * cStep) & MASK;
            a40.intoMemorySegment(ALL, c4, ORDER);
            a41.intoMemorySegment(ALL, c4 + STEP, ORDER);
        }
        if (live > 5) {
            long c5 = (c + 5 * cStep) & MASK;
            a50.intoMemorySegment(ALL, c5, ORDER);
            a51.intoMemorySegment(ALL, c5 + STEP, ORDER);
        }
        if (live > 6) {
            long c6 = (c + 6 * cStep) & MASK;
            a60.intoMemorySegment(ALL, c6, ORDER);
            a61.intoMemorySegment(ALL, c6 + STEP, ORDER);
        }
        if (live > 7) {
            long c7 = (c + 7 * cStep) & MASK;
            a70.intoMemorySegment(ALL, c7, ORDER);
            a71.intoMemorySegment(ALL, c7 + STEP, ORDER);
        }
    }

    private static void tile8x1(int depth, long a, long next, long aStep, long b, long bStep, long c, long cStep, int live) {
        long as = a & MASK;
        long ns = next & MASK;
        long bs = b & MASK;
        long s = c & MASK;
        FloatVector a00 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(1, live - 1)) & MASK;
        FloatVector a10 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(2, live - 1)) & MASK;
        FloatVector a20 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(3, live - 1)) & MASK;
        FloatVector a30 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(4, live - 1)) & MASK;
        FloatVector a40 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(5, live - 1)) & MASK;
        FloatVector a50 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(6, live - 1)) & MASK;
        FloatVector a60 = fromMemorySegment(F, ALL, s, ORDER);
        s = (c + cStep * Math.min(7, live - 1)) & MASK;
        FloatVector a70 = fromMemorySegment(F, ALL, s, ORDER);
        for (int k = 0; k < depth; k++) {
            long i = k & INDEX;
            long p = bs + (i * bStep & SPAN);
            long q = as + (i * aStep & SPAN);
            long u = ns + (i * aStep & SPAN);
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            a00 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats().fma(x0, a00);
            a10 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats().fma(x0, a10);
            a20 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 8)).reinterpretAsFloats().fma(x0, a20);
            a30 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 12)).reinterpretAsFloats().fma(x0, a30);
            a40 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, u)).reinterpretAsFloats().fma(x0, a40);
            a50 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, u + 4)).reinterpretAsFloats().fma(x0, a50);
            a60 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, u + 8)).reinterpretAsFloats().fma(x0, a60);
            a70 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, u + 12)).reinterpretAsFloats().fma(x0, a70);
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
        if (live > 4) {
            long c4 = (c + 4 * cStep) & MASK;
            a40.intoMemorySegment(ALL, c4, ORDER);
        }
        if (live > 5) {
            long c5 = (c + 5 * cStep) & MASK;
            a50.intoMemorySegment(ALL, c5, ORDER);
        }
        if (live > 6) {
            long c6 = (c + 6 * cStep) & MASK;
            a60.intoMemorySegment(ALL, c6, ORDER);
        }
        if (live > 7) {
            long c7 = (c + 7 * cStep) & MASK;
            a70.intoMemorySegment(ALL, c7, ORDER);
        }
    }
}
