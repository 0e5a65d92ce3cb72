package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.PANEL;
import static dev.filigree.kernel.vector.Lanes.SPAN;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.WIDE;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Block rows of 1, 2 or 4 outputs that share their input columns: each loaded vector of x feeds that many sums, which is
 * what makes blocks run at the speed of arithmetic where single rows run at the speed of loads. Taller blocks are done
 * in passes of four rows: tiles of eight would be two vectors wide and use every other line of a panel row, which
 * halves the caches.
 */
final class BlockTiles {

    private BlockTiles() {
    }

    /** Rows that one pass takes of a block with {@code left} rows to go: the largest of 4 and 2 that fits, else 1. */
    static int pass(int left) {
        return left >= 4 ? 4 : left >= 2 ? 2 : 1;
    }

    /**
     * Blocks {@code from .. to}, {@code height} (1, 2 or 4) rows of each, all lanes of a panel.
     *
     * @param values    first value of the pass; that of block j is {@code j * valueStep} bytes on
     * @param shift     a panel row is {@code 1 << shift} bytes
     * @param rows      output rows from {@code y} to the end; those past it are not stored
     * @param rowStep   rows of a whole block
     * @param biasStep  4, or 0 where bias is a single zero
     */
    static void run(int height, long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        for (int left = (1 << shift >> 2) / N; left > 0;) {
            int vectors = left >= WIDE ? WIDE : left >= 2 ? 2 : 1;
            for (int g = from; g < to; g++) {
                tile(height * 10 + vectors, getInt(start + 4L * g), getInt(start + 4L * g + 4), column, values, valueStep, shift, x,
                        y + ((long) g * rowStep << shift), rows - g * rowStep, bias + g * rowStep * biasStep, biasStep);
            }
            x += vectors * STEP;
            y += vectors * STEP;
            left -= vectors;
        }
    }

    /** One block row; {@code kind} is its height and its vectors, as two digits. */
    private static void tile(int kind, int from, int to, long column, long values, long valueStep, int shift, long x, long c, int live, long bias,
            long biasStep) {
        float b0 = getFloat(bias);
        float b1 = live > 1 ? getFloat(bias + biasStep) : 0;
        float b2 = live > 2 ? getFloat(bias + 2 * biasStep) : 0;
        float b3 = live > 3 ? getFloat(bias + 3 * biasStep) : 0;
        switch (kind) {
            case 14 -> tile1x4(from, to, column, values, valueStep, shift, x, c, live, b0);
            case 12 -> tile1x2(from, to, column, values, valueStep, shift, x, c, live, b0);
            case 11 -> tile1x1(from, to, column, values, valueStep, shift, x, c, live, b0);
            case 24 -> tile2x4(from, to, column, values, valueStep, shift, x, c, live, b0, b1);
            case 22 -> tile2x2(from, to, column, values, valueStep, shift, x, c, live, b0, b1);
            case 21 -> tile2x1(from, to, column, values, valueStep, shift, x, c, live, b0, b1);
            case 44 -> tile4x4(from, to, column, values, valueStep, shift, x, c, live, b0, b1, b2, b3);
            case 42 -> tile4x2(from, to, column, values, valueStep, shift, x, c, live, b0, b1, b2, b3);
            default -> tile4x1(from, to, column, values, valueStep, shift, x, c, live, b0, b1, b2, b3);
        }
    }

    private static void tile1x4(int from, int to, long column, long values, long valueStep, int panelShift, long x, long c, int live, float b0) {
        int shift = N == 16 ? 8 : panelShift;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        FloatVector a00 = broadcast(F, b0), a01 = a00, a02 = a00, a03 = a00;
        for (int j = from; j < to; j++) {
            long i = j & INDEX;
            long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
            long q = vs + (i * valueStep & SPAN);
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector x2 = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER);
            FloatVector x3 = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER);
            FloatVector w0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats();
            a00 = w0.fma(x0, a00);
            a01 = w0.fma(x1, a01);
            a02 = w0.fma(x2, a02);
            a03 = w0.fma(x3, a03);
        }
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        a01.intoMemorySegment(ALL, c0 + STEP, ORDER);
        a02.intoMemorySegment(ALL, c0 + 2 * STEP, ORDER);
        a03.intoMemorySegment(ALL, c0 + 3 * STEP, ORDER);
    }

    private static void tile1x2(int from, int to, long column, long values, long valueStep, int panelShift, long x, long c, int live, float b0) {
        int shift = N == 16 ? 7 : panelShift;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        FloatVector a00 = broadcast(F, b0), a01 = a00;
        for (int j = from; j < to; j++) {
            long i = j & INDEX;
            long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
            long q = vs + (i * valueStep & SPAN);
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector w0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats();
            a00 = w0.fma(x0, a00);
            a01 = w0.fma(x1, a01);
        }
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        a01.intoMemorySegment(ALL, c0 + STEP, ORDER);
    }

    private static void tile1x1(int from, int to, long column, long values, long valueStep, int panelShift, long x, long c, int live, float b0) {
        int shift = N == 16 ? 6 : panelShift;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        FloatVector a00 = broadcast(F, b0);
        for (int j = from; j < to; j++) {
            long i = j & INDEX;
            long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
            long q = vs + (i * valueStep & SPAN);
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            a00 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats().fma(x0, a00);
        }
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
    }

    private static void tile2x4(int from, int to, long column, long values, long valueStep, int panelShift, long x, long c, int live, float b0, float b1) {
        int shift = N == 16 ? 8 : panelShift;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        FloatVector a00 = broadcast(F, b0), a01 = a00, a02 = a00, a03 = a00;
        FloatVector a10 = broadcast(F, b1), a11 = a10, a12 = a10, a13 = a10;
        for (int j = from; j < to; j++) {
            long i = j & INDEX;
            long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
            long q = vs + (i * valueStep & SPAN);
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
        }
        long step = 1L << shift;
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        a01.intoMemorySegment(ALL, c0 + STEP, ORDER);
        a02.intoMemorySegment(ALL, c0 + 2 * STEP, ORDER);
        a03.intoMemorySegment(ALL, c0 + 3 * STEP, ORDER);
        if (live > 1) {
            long c1 = (c + step) & MASK;
            a10.intoMemorySegment(ALL, c1, ORDER);
            a11.intoMemorySegment(ALL, c1 + STEP, ORDER);
            a12.intoMemorySegment(ALL, c1 + 2 * STEP, ORDER);
            a13.intoMemorySegment(ALL, c1 + 3 * STEP, ORDER);
        }
    }

    private static void tile2x2(int from, int to, long column, long values, long valueStep, int panelShift, long x, long c, int live, float b0, float b1) {
        int shift = N == 16 ? 7 : panelShift;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        FloatVector a00 = broadcast(F, b0), a01 = a00;
        FloatVector a10 = broadcast(F, b1), a11 = a10;
        for (int j = from; j < to; j++) {
            long i = j & INDEX;
            long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
            long q = vs + (i * valueStep & SPAN);
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector w0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats();
            a00 = w0.fma(x0, a00);
            a01 = w0.fma(x1, a01);
            FloatVector w1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats();
            a10 = w1.fma(x0, a10);
            a11 = w1.fma(x1, a11);
        }
        long step = 1L << shift;
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        a01.intoMemorySegment(ALL, c0 + STEP, ORDER);
        if (live > 1) {
            long c1 = (c + step) & MASK;
            a10.intoMemorySegment(ALL, c1, ORDER);
            a11.intoMemorySegment(ALL, c1 + STEP, ORDER);
        }
    }

    private static void tile2x1(int from, int to, long column, long values, long valueStep, int panelShift, long x, long c, int live, float b0, float b1) {
        int shift = N == 16 ? 6 : panelShift;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        FloatVector a00 = broadcast(F, b0);
        FloatVector a10 = broadcast(F, b1);
        for (int j = from; j < to; j++) {
            long i = j & INDEX;
            long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
            long q = vs + (i * valueStep & SPAN);
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            a00 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats().fma(x0, a00);
            a10 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats().fma(x0, a10);
        }
        long step = 1L << shift;
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        if (live > 1) {
            long c1 = (c + step) & MASK;
            a10.intoMemorySegment(ALL, c1, ORDER);
        }
    }

    private static void tile4x4(int from, int to, long column, long values, long valueStep, int panelShift, long x, long c, int live, float b0, float b1, float b2, float b3) {
        int shift = N == 16 ? 8 : panelShift;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        FloatVector a00 = broadcast(F, b0), a01 = a00, a02 = a00, a03 = a00;
        FloatVector a10 = broadcast(F, b1), a11 = a10, a12 = a10, a13 = a10;
        FloatVector a20 = broadcast(F, b2), a21 = a20, a22 = a20, a23 = a20;
        FloatVector a30 = broadcast(F, b3), a31 = a30, a32 = a30, a33 = a30;
        for (int j = from; j < to; j++) {
            long i = j & INDEX;
            long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
            long q = vs + (i * valueStep & SPAN);
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
        long step = 1L << shift;
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        a01.intoMemorySegment(ALL, c0 + STEP, ORDER);
        a02.intoMemorySegment(ALL, c0 + 2 * STEP, ORDER);
        a03.intoMemorySegment(ALL, c0 + 3 * STEP, ORDER);
        if (live > 1) {
            long c1 = (c + step) & MASK;
            a10.intoMemorySegment(ALL, c1, ORDER);
            a11.intoMemorySegment(ALL, c1 + STEP, ORDER);
            a12.intoMemorySegment(ALL, c1 + 2 * STEP, ORDER);
            a13.intoMemorySegment(ALL, c1 + 3 * STEP, ORDER);
        }
        if (live > 2) {
            long c2 = (c + 2 * step) & MASK;
            a20.intoMemorySegment(ALL, c2, ORDER);
            a21.intoMemorySegment(ALL, c2 + STEP, ORDER);
            a22.intoMemorySegment(ALL, c2 + 2 * STEP, ORDER);
            a23.intoMemorySegment(ALL, c2 + 3 * STEP, ORDER);
        }
        if (live > 3) {
            long c3 = (c + 3 * step) & MASK;
            a30.intoMemorySegment(ALL, c3, ORDER);
            a31.intoMemorySegment(ALL, c3 + STEP, ORDER);
            a32.intoMemorySegment(ALL, c3 + 2 * STEP, ORDER);
            a33.intoMemorySegment(ALL, c3 + 3 * STEP, ORDER);
        }
    }

    private static void tile4x2(int from, int to, long column, long values, long valueStep, int panelShift, long x, long c, int live, float b0, float b1, float b2, float b3) {
        int shift = N == 16 ? 7 : panelShift;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        FloatVector a00 = broadcast(F, b0), a01 = a00;
        FloatVector a10 = broadcast(F, b1), a11 = a10;
        FloatVector a20 = broadcast(F, b2), a21 = a20;
        FloatVector a30 = broadcast(F, b3), a31 = a30;
        for (int j = from; j < to; j++) {
            long i = j & INDEX;
            long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
            long q = vs + (i * valueStep & SPAN);
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
        long step = 1L << shift;
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        a01.intoMemorySegment(ALL, c0 + STEP, ORDER);
        if (live > 1) {
            long c1 = (c + step) & MASK;
            a10.intoMemorySegment(ALL, c1, ORDER);
            a11.intoMemorySegment(ALL, c1 + STEP, ORDER);
        }
        if (live > 2) {
            long c2 = (c + 2 * step) & MASK;
            a20.intoMemorySegment(ALL, c2, ORDER);
            a21.intoMemorySegment(ALL, c2 + STEP, ORDER);
        }
        if (live > 3) {
            long c3 = (c + 3 * step) & MASK;
            a30.intoMemorySegment(ALL, c3, ORDER);
            a31.intoMemorySegment(ALL, c3 + STEP, ORDER);
        }
    }

    private static void tile4x1(int from, int to, long column, long values, long valueStep, int panelShift, long x, long c, int live, float b0, float b1, float b2, float b3) {
        int shift = N == 16 ? 6 : panelShift;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        FloatVector a00 = broadcast(F, b0);
        FloatVector a10 = broadcast(F, b1);
        FloatVector a20 = broadcast(F, b2);
        FloatVector a30 = broadcast(F, b3);
        for (int j = from; j < to; j++) {
            long i = j & INDEX;
            long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
            long q = vs + (i * valueStep & SPAN);
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            a00 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats().fma(x0, a00);
            a10 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats().fma(x0, a10);
            a20 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 8)).reinterpretAsFloats().fma(x0, a20);
            a30 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 12)).reinterpretAsFloats().fma(x0, a30);
        }
        long step = 1L << shift;
        long c0 = c & MASK;
        a00.intoMemorySegment(ALL, c0, ORDER);
        if (live > 1) {
            long c1 = (c + step) & MASK;
            a10.intoMemorySegment(ALL, c1, ORDER);
        }
        if (live > 2) {
            long c2 = (c + 2 * step) & MASK;
            a20.intoMemorySegment(ALL, c2, ORDER);
        }
        if (live > 3) {
            long c3 = (c + 3 * step) & MASK;
            a30.intoMemorySegment(ALL, c3, ORDER);
        }
    }
}
