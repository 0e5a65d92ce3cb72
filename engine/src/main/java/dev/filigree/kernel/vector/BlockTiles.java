package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.WIDE;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.spread;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;

/**
 * Block rows of 2, 4 or 8 outputs that share their input columns: each loaded vector of x feeds that many sums, which
 * is what makes blocks run at the speed of arithmetic where single rows run at the speed of loads. Taller blocks are
 * done in passes of eight rows.
 */
final class BlockTiles {

    private BlockTiles() {
    }

    /** Rows that one pass takes of a block with {@code left} rows to go: the largest of 8, 4, 2 that fits, else 1. */
    static int pass(int left) {
        return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    }

    /**
     * Blocks {@code from .. to}, {@code height} (2, 4 or 8) rows of each, all lanes of a panel.
     *
     * @param values    first value of the pass; that of block j is {@code j * valueStep} bytes on
     * @param shift     a panel row is {@code 1 << shift} bytes
     * @param rows      output rows from {@code y} to the end; those past it are not stored
     * @param rowStep   rows of a whole block
     * @param biasStep  4, or 0 where bias is a single zero
     */
    static void run(int height, long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        int most = height == 8 ? WIDE / 2 : WIDE;
        for (int left = (1 << shift >> 2) / N; left > 0;) {
            int v = left >= most ? most : left >= 2 ? 2 : 1;
            switch (height * 10 + v) {
                case 24 -> tile2x4(start, column, values, valueStep, shift, x, y, from, to, rows, rowStep, bias, biasStep);
                case 22 -> tile2x2(start, column, values, valueStep, shift, x, y, from, to, rows, rowStep, bias, biasStep);
                case 21 -> tile2x1(start, column, values, valueStep, shift, x, y, from, to, rows, rowStep, bias, biasStep);
                case 44 -> tile4x4(start, column, values, valueStep, shift, x, y, from, to, rows, rowStep, bias, biasStep);
                case 42 -> tile4x2(start, column, values, valueStep, shift, x, y, from, to, rows, rowStep, bias, biasStep);
                case 41 -> tile4x1(start, column, values, valueStep, shift, x, y, from, to, rows, rowStep, bias, biasStep);
                case 82 -> tile8x2(start, column, values, valueStep, shift, x, y, from, to, rows, rowStep, bias, biasStep);
                case 81 -> tile8x1(start, column, values, valueStep, shift, x, y, from, to, rows, rowStep, bias, biasStep);
                default -> throw new IllegalArgumentException("no tile of " + height + " rows by " + v + " vectors");
            }
            x += v * STEP;
            y += v * STEP;
            left -= v;
        }
    }

    private static void tile2x4(long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            int live = rows - g * rowStep;
            long b = bias + (long) g * rowStep * biasStep;
            FloatVector a00 = spread(b & MASK), a01 = a00, a02 = a00, a03 = a00;
            FloatVector a10 = spread((b + biasStep * Math.min(1, live - 1)) & MASK), a11 = a10, a12 = a10, a13 = a10;
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
                FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
                FloatVector x2 = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER);
                FloatVector x3 = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER);
                FloatVector w0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q));
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                a02 = w0.fma(x2, a02);
                a03 = w0.fma(x3, a03);
                FloatVector w1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 4));
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
                a12 = w1.fma(x2, a12);
                a13 = w1.fma(x3, a13);
            }
            long o = y + ((long) g * rowStep << shift);
            long o0 = o & MASK;
            a00.intoMemorySegment(ALL, o0, ORDER);
            a01.intoMemorySegment(ALL, o0 + STEP, ORDER);
            a02.intoMemorySegment(ALL, o0 + 2 * STEP, ORDER);
            a03.intoMemorySegment(ALL, o0 + 3 * STEP, ORDER);
            if (live > 1) {
                long o1 = (o + (1L << shift)) & MASK;
                a10.intoMemorySegment(ALL, o1, ORDER);
                a11.intoMemorySegment(ALL, o1 + STEP, ORDER);
                a12.intoMemorySegment(ALL, o1 + 2 * STEP, ORDER);
                a13.intoMemorySegment(ALL, o1 + 3 * STEP, ORDER);
            }
        }
    }

    private static void tile2x2(long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            int live = rows - g * rowStep;
            long b = bias + (long) g * rowStep * biasStep;
            FloatVector a00 = spread(b & MASK), a01 = a00;
            FloatVector a10 = spread((b + biasStep * Math.min(1, live - 1)) & MASK), a11 = a10;
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
                FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
                FloatVector w0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q));
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                FloatVector w1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 4));
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
            }
            long o = y + ((long) g * rowStep << shift);
            long o0 = o & MASK;
            a00.intoMemorySegment(ALL, o0, ORDER);
            a01.intoMemorySegment(ALL, o0 + STEP, ORDER);
            if (live > 1) {
                long o1 = (o + (1L << shift)) & MASK;
                a10.intoMemorySegment(ALL, o1, ORDER);
                a11.intoMemorySegment(ALL, o1 + STEP, ORDER);
            }
        }
    }

    private static void tile2x1(long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            int live = rows - g * rowStep;
            long b = bias + (long) g * rowStep * biasStep;
            FloatVector a00 = spread(b & MASK);
            FloatVector a10 = spread((b + biasStep * Math.min(1, live - 1)) & MASK);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
                a00 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q)).fma(x0, a00);
                a10 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 4)).fma(x0, a10);
            }
            long o = y + ((long) g * rowStep << shift);
            long o0 = o & MASK;
            a00.intoMemorySegment(ALL, o0, ORDER);
            if (live > 1) {
                long o1 = (o + (1L << shift)) & MASK;
                a10.intoMemorySegment(ALL, o1, ORDER);
            }
        }
    }

    private static void tile4x4(long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            int live = rows - g * rowStep;
            long b = bias + (long) g * rowStep * biasStep;
            FloatVector a00 = spread(b & MASK), a01 = a00, a02 = a00, a03 = a00;
            FloatVector a10 = spread((b + biasStep * Math.min(1, live - 1)) & MASK), a11 = a10, a12 = a10, a13 = a10;
            FloatVector a20 = spread((b + biasStep * Math.min(2, live - 1)) & MASK), a21 = a20, a22 = a20, a23 = a20;
            FloatVector a30 = spread((b + biasStep * Math.min(3, live - 1)) & MASK), a31 = a30, a32 = a30, a33 = a30;
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
                FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
                FloatVector x2 = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER);
                FloatVector x3 = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER);
                FloatVector w0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q));
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                a02 = w0.fma(x2, a02);
                a03 = w0.fma(x3, a03);
                FloatVector w1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 4));
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
                a12 = w1.fma(x2, a12);
                a13 = w1.fma(x3, a13);
                FloatVector w2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 8));
                a20 = w2.fma(x0, a20);
                a21 = w2.fma(x1, a21);
                a22 = w2.fma(x2, a22);
                a23 = w2.fma(x3, a23);
                FloatVector w3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 12));
                a30 = w3.fma(x0, a30);
                a31 = w3.fma(x1, a31);
                a32 = w3.fma(x2, a32);
                a33 = w3.fma(x3, a33);
            }
            long o = y + ((long) g * rowStep << shift);
            long o0 = o & MASK;
            a00.intoMemorySegment(ALL, o0, ORDER);
            a01.intoMemorySegment(ALL, o0 + STEP, ORDER);
            a02.intoMemorySegment(ALL, o0 + 2 * STEP, ORDER);
            a03.intoMemorySegment(ALL, o0 + 3 * STEP, ORDER);
            if (live > 1) {
                long o1 = (o + (1L << shift)) & MASK;
                a10.intoMemorySegment(ALL, o1, ORDER);
                a11.intoMemorySegment(ALL, o1 + STEP, ORDER);
                a12.intoMemorySegment(ALL, o1 + 2 * STEP, ORDER);
                a13.intoMemorySegment(ALL, o1 + 3 * STEP, ORDER);
            }
            if (live > 2) {
                long o2 = (o + (2L << shift)) & MASK;
                a20.intoMemorySegment(ALL, o2, ORDER);
                a21.intoMemorySegment(ALL, o2 + STEP, ORDER);
                a22.intoMemorySegment(ALL, o2 + 2 * STEP, ORDER);
                a23.intoMemorySegment(ALL, o2 + 3 * STEP, ORDER);
            }
            if (live > 3) {
                long o3 = (o + (3L << shift)) & MASK;
                a30.intoMemorySegment(ALL, o3, ORDER);
                a31.intoMemorySegment(ALL, o3 + STEP, ORDER);
                a32.intoMemorySegment(ALL, o3 + 2 * STEP, ORDER);
                a33.intoMemorySegment(ALL, o3 + 3 * STEP, ORDER);
            }
        }
    }

    private static void tile4x2(long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            int live = rows - g * rowStep;
            long b = bias + (long) g * rowStep * biasStep;
            FloatVector a00 = spread(b & MASK), a01 = a00;
            FloatVector a10 = spread((b + biasStep * Math.min(1, live - 1)) & MASK), a11 = a10;
            FloatVector a20 = spread((b + biasStep * Math.min(2, live - 1)) & MASK), a21 = a20;
            FloatVector a30 = spread((b + biasStep * Math.min(3, live - 1)) & MASK), a31 = a30;
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
                FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
                FloatVector w0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q));
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                FloatVector w1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 4));
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
                FloatVector w2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 8));
                a20 = w2.fma(x0, a20);
                a21 = w2.fma(x1, a21);
                FloatVector w3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 12));
                a30 = w3.fma(x0, a30);
                a31 = w3.fma(x1, a31);
            }
            long o = y + ((long) g * rowStep << shift);
            long o0 = o & MASK;
            a00.intoMemorySegment(ALL, o0, ORDER);
            a01.intoMemorySegment(ALL, o0 + STEP, ORDER);
            if (live > 1) {
                long o1 = (o + (1L << shift)) & MASK;
                a10.intoMemorySegment(ALL, o1, ORDER);
                a11.intoMemorySegment(ALL, o1 + STEP, ORDER);
            }
            if (live > 2) {
                long o2 = (o + (2L << shift)) & MASK;
                a20.intoMemorySegment(ALL, o2, ORDER);
                a21.intoMemorySegment(ALL, o2 + STEP, ORDER);
            }
            if (live > 3) {
                long o3 = (o + (3L << shift)) & MASK;
                a30.intoMemorySegment(ALL, o3, ORDER);
                a31.intoMemorySegment(ALL, o3 + STEP, ORDER);
            }
        }
    }

    private static void tile4x1(long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            int live = rows - g * rowStep;
            long b = bias + (long) g * rowStep * biasStep;
            FloatVector a00 = spread(b & MASK);
            FloatVector a10 = spread((b + biasStep * Math.min(1, live - 1)) & MASK);
            FloatVector a20 = spread((b + biasStep * Math.min(2, live - 1)) & MASK);
            FloatVector a30 = spread((b + biasStep * Math.min(3, live - 1)) & MASK);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
                a00 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q)).fma(x0, a00);
                a10 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 4)).fma(x0, a10);
                a20 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 8)).fma(x0, a20);
                a30 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 12)).fma(x0, a30);
            }
            long o = y + ((long) g * rowStep << shift);
            long o0 = o & MASK;
            a00.intoMemorySegment(ALL, o0, ORDER);
            if (live > 1) {
                long o1 = (o + (1L << shift)) & MASK;
                a10.intoMemorySegment(ALL, o1, ORDER);
            }
            if (live > 2) {
                long o2 = (o + (2L << shift)) & MASK;
                a20.intoMemorySegment(ALL, o2, ORDER);
            }
            if (live > 3) {
                long o3 = (o + (3L << shift)) & MASK;
                a30.intoMemorySegment(ALL, o3, ORDER);
            }
        }
    }

    private static void tile8x2(long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            int live = rows - g * rowStep;
            long b = bias + (long) g * rowStep * biasStep;
            FloatVector a00 = spread(b & MASK), a01 = a00;
            FloatVector a10 = spread((b + biasStep * Math.min(1, live - 1)) & MASK), a11 = a10;
            FloatVector a20 = spread((b + biasStep * Math.min(2, live - 1)) & MASK), a21 = a20;
            FloatVector a30 = spread((b + biasStep * Math.min(3, live - 1)) & MASK), a31 = a30;
            FloatVector a40 = spread((b + biasStep * Math.min(4, live - 1)) & MASK), a41 = a40;
            FloatVector a50 = spread((b + biasStep * Math.min(5, live - 1)) & MASK), a51 = a50;
            FloatVector a60 = spread((b + biasStep * Math.min(6, live - 1)) & MASK), a61 = a60;
            FloatVector a70 = spread((b + biasStep * Math.min(7, live - 1)) & MASK), a71 = a70;
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
                FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
                FloatVector w0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q));
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                FloatVector w1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 4));
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
                FloatVector w2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 8));
                a20 = w2.fma(x0, a20);
                a21 = w2.fma(x1, a21);
                FloatVector w3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 12));
                a30 = w3.fma(x0, a30);
                a31 = w3.fma(x1, a31);
                FloatVector w4 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 16));
                a40 = w4.fma(x0, a40);
                a41 = w4.fma(x1, a41);
                FloatVector w5 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 20));
                a50 = w5.fma(x0, a50);
                a51 = w5.fma(x1, a51);
                FloatVector w6 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 24));
                a60 = w6.fma(x0, a60);
                a61 = w6.fma(x1, a61);
                FloatVector w7 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 28));
                a70 = w7.fma(x0, a70);
                a71 = w7.fma(x1, a71);
            }
            long o = y + ((long) g * rowStep << shift);
            long o0 = o & MASK;
            a00.intoMemorySegment(ALL, o0, ORDER);
            a01.intoMemorySegment(ALL, o0 + STEP, ORDER);
            if (live > 1) {
                long o1 = (o + (1L << shift)) & MASK;
                a10.intoMemorySegment(ALL, o1, ORDER);
                a11.intoMemorySegment(ALL, o1 + STEP, ORDER);
            }
            if (live > 2) {
                long o2 = (o + (2L << shift)) & MASK;
                a20.intoMemorySegment(ALL, o2, ORDER);
                a21.intoMemorySegment(ALL, o2 + STEP, ORDER);
            }
            if (live > 3) {
                long o3 = (o + (3L << shift)) & MASK;
                a30.intoMemorySegment(ALL, o3, ORDER);
                a31.intoMemorySegment(ALL, o3 + STEP, ORDER);
            }
            if (live > 4) {
                long o4 = (o + (4L << shift)) & MASK;
                a40.intoMemorySegment(ALL, o4, ORDER);
                a41.intoMemorySegment(ALL, o4 + STEP, ORDER);
            }
            if (live > 5) {
                long o5 = (o + (5L << shift)) & MASK;
                a50.intoMemorySegment(ALL, o5, ORDER);
                a51.intoMemorySegment(ALL, o5 + STEP, ORDER);
            }
            if (live > 6) {
                long o6 = (o + (6L << shift)) & MASK;
                a60.intoMemorySegment(ALL, o6, ORDER);
                a61.intoMemorySegment(ALL, o6 + STEP, ORDER);
            }
            if (live > 7) {
                long o7 = (o + (7L << shift)) & MASK;
                a70.intoMemorySegment(ALL, o7, ORDER);
                a71.intoMemorySegment(ALL, o7 + STEP, ORDER);
            }
        }
    }

    private static void tile8x1(long start, long column, long values, long valueStep, int shift, long x, long y, int from, int to, int rows, int rowStep,
            long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            int live = rows - g * rowStep;
            long b = bias + (long) g * rowStep * biasStep;
            FloatVector a00 = spread(b & MASK);
            FloatVector a10 = spread((b + biasStep * Math.min(1, live - 1)) & MASK);
            FloatVector a20 = spread((b + biasStep * Math.min(2, live - 1)) & MASK);
            FloatVector a30 = spread((b + biasStep * Math.min(3, live - 1)) & MASK);
            FloatVector a40 = spread((b + biasStep * Math.min(4, live - 1)) & MASK);
            FloatVector a50 = spread((b + biasStep * Math.min(5, live - 1)) & MASK);
            FloatVector a60 = spread((b + biasStep * Math.min(6, live - 1)) & MASK);
            FloatVector a70 = spread((b + biasStep * Math.min(7, live - 1)) & MASK);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
                a00 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q)).fma(x0, a00);
                a10 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 4)).fma(x0, a10);
                a20 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 8)).fma(x0, a20);
                a30 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 12)).fma(x0, a30);
                a40 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 16)).fma(x0, a40);
                a50 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 20)).fma(x0, a50);
                a60 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 24)).fma(x0, a60);
                a70 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q + 28)).fma(x0, a70);
            }
            long o = y + ((long) g * rowStep << shift);
            long o0 = o & MASK;
            a00.intoMemorySegment(ALL, o0, ORDER);
            if (live > 1) {
                long o1 = (o + (1L << shift)) & MASK;
                a10.intoMemorySegment(ALL, o1, ORDER);
            }
            if (live > 2) {
                long o2 = (o + (2L << shift)) & MASK;
                a20.intoMemorySegment(ALL, o2, ORDER);
            }
            if (live > 3) {
                long o3 = (o + (3L << shift)) & MASK;
                a30.intoMemorySegment(ALL, o3, ORDER);
            }
            if (live > 4) {
                long o4 = (o + (4L << shift)) & MASK;
                a40.intoMemorySegment(ALL, o4, ORDER);
            }
            if (live > 5) {
                long o5 = (o + (5L << shift)) & MASK;
                a50.intoMemorySegment(ALL, o5, ORDER);
            }
            if (live > 6) {
                long o6 = (o + (6L << shift)) & MASK;
                a60.intoMemorySegment(ALL, o6, ORDER);
            }
            if (live > 7) {
                long o7 = (o + (7L << shift)) & MASK;
                a70.intoMemorySegment(ALL, o7, ORDER);
            }
        }
    }
}
