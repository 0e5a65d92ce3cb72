package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.WIDE;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.load;
import static dev.filigree.kernel.vector.Lanes.spread;
import static dev.filigree.kernel.vector.Tiles.row1;
import static dev.filigree.kernel.vector.Tiles.row2;
import static dev.filigree.kernel.vector.Tiles.row4;

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
        long yStep = 1L << shift;
        int most = height == 8 ? WIDE / 2 : WIDE;
        for (int left = (1 << shift >> 2) / N; left > 0;) {
            int v = left >= most ? most : left >= 2 ? 2 : 1;
            switch (height * 10 + v) {
                case 24 -> tile2x4(start, column, values, valueStep, shift, x, y, yStep, from, to, rows, rowStep, bias, biasStep);
                case 22 -> tile2x2(start, column, values, valueStep, shift, x, y, yStep, from, to, rows, rowStep, bias, biasStep);
                case 21 -> tile2x1(start, column, values, valueStep, shift, x, y, yStep, from, to, rows, rowStep, bias, biasStep);
                case 44 -> tile4x4(start, column, values, valueStep, shift, x, y, yStep, from, to, rows, rowStep, bias, biasStep);
                case 42 -> tile4x2(start, column, values, valueStep, shift, x, y, yStep, from, to, rows, rowStep, bias, biasStep);
                case 41 -> tile4x1(start, column, values, valueStep, shift, x, y, yStep, from, to, rows, rowStep, bias, biasStep);
                case 82 -> tile8x2(start, column, values, valueStep, shift, x, y, yStep, from, to, rows, rowStep, bias, biasStep);
                case 81 -> tile8x1(start, column, values, valueStep, shift, x, y, yStep, from, to, rows, rowStep, bias, biasStep);
                default -> throw new IllegalArgumentException("no tile of " + height + " rows by " + v + " vectors");
            }
            x += v * STEP;
            y += v * STEP;
            left -= v;
        }
    }

    private static void tile2x4(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to,
            int rows, int rowStep, long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            FloatVector a00 = FloatVector.zero(F), a01 = FloatVector.zero(F), a02 = FloatVector.zero(F), a03 = FloatVector.zero(F);
            FloatVector a10 = FloatVector.zero(F), a11 = FloatVector.zero(F), a12 = FloatVector.zero(F), a13 = FloatVector.zero(F);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = load(p), x1 = load(p + STEP), x2 = load(p + 2 * STEP), x3 = load(p + 3 * STEP);
                FloatVector w0 = spread(q);
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                a02 = w0.fma(x2, a02);
                a03 = w0.fma(x3, a03);
                FloatVector w1 = spread(q + 4);
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
                a12 = w1.fma(x2, a12);
                a13 = w1.fma(x3, a13);
            }
            int live = rows - g * rowStep;
            long o = (y + (long) g * rowStep * yStep) & MASK;
            long b = bias + (long) g * rowStep * biasStep;
            if (live > 0) {
                row4(a00, a01, a02, a03, o, b);
            }
            if (live > 1) {
                row4(a10, a11, a12, a13, o + yStep, b + biasStep);
            }
        }
    }

    private static void tile2x2(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to,
            int rows, int rowStep, long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            FloatVector a00 = FloatVector.zero(F), a01 = FloatVector.zero(F);
            FloatVector a10 = FloatVector.zero(F), a11 = FloatVector.zero(F);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = load(p), x1 = load(p + STEP);
                FloatVector w0 = spread(q);
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                FloatVector w1 = spread(q + 4);
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
            }
            int live = rows - g * rowStep;
            long o = (y + (long) g * rowStep * yStep) & MASK;
            long b = bias + (long) g * rowStep * biasStep;
            if (live > 0) {
                row2(a00, a01, o, b);
            }
            if (live > 1) {
                row2(a10, a11, o + yStep, b + biasStep);
            }
        }
    }

    private static void tile2x1(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to,
            int rows, int rowStep, long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            FloatVector a00 = FloatVector.zero(F);
            FloatVector a10 = FloatVector.zero(F);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = load(p);
                a00 = spread(q).fma(x0, a00);
                a10 = spread(q + 4).fma(x0, a10);
            }
            int live = rows - g * rowStep;
            long o = (y + (long) g * rowStep * yStep) & MASK;
            long b = bias + (long) g * rowStep * biasStep;
            if (live > 0) {
                row1(a00, o, b);
            }
            if (live > 1) {
                row1(a10, o + yStep, b + biasStep);
            }
        }
    }

    private static void tile4x4(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to,
            int rows, int rowStep, long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            FloatVector a00 = FloatVector.zero(F), a01 = FloatVector.zero(F), a02 = FloatVector.zero(F), a03 = FloatVector.zero(F);
            FloatVector a10 = FloatVector.zero(F), a11 = FloatVector.zero(F), a12 = FloatVector.zero(F), a13 = FloatVector.zero(F);
            FloatVector a20 = FloatVector.zero(F), a21 = FloatVector.zero(F), a22 = FloatVector.zero(F), a23 = FloatVector.zero(F);
            FloatVector a30 = FloatVector.zero(F), a31 = FloatVector.zero(F), a32 = FloatVector.zero(F), a33 = FloatVector.zero(F);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = load(p), x1 = load(p + STEP), x2 = load(p + 2 * STEP), x3 = load(p + 3 * STEP);
                FloatVector w0 = spread(q);
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                a02 = w0.fma(x2, a02);
                a03 = w0.fma(x3, a03);
                FloatVector w1 = spread(q + 4);
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
                a12 = w1.fma(x2, a12);
                a13 = w1.fma(x3, a13);
                FloatVector w2 = spread(q + 8);
                a20 = w2.fma(x0, a20);
                a21 = w2.fma(x1, a21);
                a22 = w2.fma(x2, a22);
                a23 = w2.fma(x3, a23);
                FloatVector w3 = spread(q + 12);
                a30 = w3.fma(x0, a30);
                a31 = w3.fma(x1, a31);
                a32 = w3.fma(x2, a32);
                a33 = w3.fma(x3, a33);
            }
            int live = rows - g * rowStep;
            long o = (y + (long) g * rowStep * yStep) & MASK;
            long b = bias + (long) g * rowStep * biasStep;
            if (live > 0) {
                row4(a00, a01, a02, a03, o, b);
            }
            if (live > 1) {
                row4(a10, a11, a12, a13, o + yStep, b + biasStep);
            }
            if (live > 2) {
                row4(a20, a21, a22, a23, o + 2 * yStep, b + 2 * biasStep);
            }
            if (live > 3) {
                row4(a30, a31, a32, a33, o + 3 * yStep, b + 3 * biasStep);
            }
        }
    }

    private static void tile4x2(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to,
            int rows, int rowStep, long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            FloatVector a00 = FloatVector.zero(F), a01 = FloatVector.zero(F);
            FloatVector a10 = FloatVector.zero(F), a11 = FloatVector.zero(F);
            FloatVector a20 = FloatVector.zero(F), a21 = FloatVector.zero(F);
            FloatVector a30 = FloatVector.zero(F), a31 = FloatVector.zero(F);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = load(p), x1 = load(p + STEP);
                FloatVector w0 = spread(q);
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                FloatVector w1 = spread(q + 4);
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
                FloatVector w2 = spread(q + 8);
                a20 = w2.fma(x0, a20);
                a21 = w2.fma(x1, a21);
                FloatVector w3 = spread(q + 12);
                a30 = w3.fma(x0, a30);
                a31 = w3.fma(x1, a31);
            }
            int live = rows - g * rowStep;
            long o = (y + (long) g * rowStep * yStep) & MASK;
            long b = bias + (long) g * rowStep * biasStep;
            if (live > 0) {
                row2(a00, a01, o, b);
            }
            if (live > 1) {
                row2(a10, a11, o + yStep, b + biasStep);
            }
            if (live > 2) {
                row2(a20, a21, o + 2 * yStep, b + 2 * biasStep);
            }
            if (live > 3) {
                row2(a30, a31, o + 3 * yStep, b + 3 * biasStep);
            }
        }
    }

    private static void tile4x1(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to,
            int rows, int rowStep, long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            FloatVector a00 = FloatVector.zero(F);
            FloatVector a10 = FloatVector.zero(F);
            FloatVector a20 = FloatVector.zero(F);
            FloatVector a30 = FloatVector.zero(F);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = load(p);
                a00 = spread(q).fma(x0, a00);
                a10 = spread(q + 4).fma(x0, a10);
                a20 = spread(q + 8).fma(x0, a20);
                a30 = spread(q + 12).fma(x0, a30);
            }
            int live = rows - g * rowStep;
            long o = (y + (long) g * rowStep * yStep) & MASK;
            long b = bias + (long) g * rowStep * biasStep;
            if (live > 0) {
                row1(a00, o, b);
            }
            if (live > 1) {
                row1(a10, o + yStep, b + biasStep);
            }
            if (live > 2) {
                row1(a20, o + 2 * yStep, b + 2 * biasStep);
            }
            if (live > 3) {
                row1(a30, o + 3 * yStep, b + 3 * biasStep);
            }
        }
    }

    private static void tile8x2(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to,
            int rows, int rowStep, long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            FloatVector a00 = FloatVector.zero(F), a01 = FloatVector.zero(F);
            FloatVector a10 = FloatVector.zero(F), a11 = FloatVector.zero(F);
            FloatVector a20 = FloatVector.zero(F), a21 = FloatVector.zero(F);
            FloatVector a30 = FloatVector.zero(F), a31 = FloatVector.zero(F);
            FloatVector a40 = FloatVector.zero(F), a41 = FloatVector.zero(F);
            FloatVector a50 = FloatVector.zero(F), a51 = FloatVector.zero(F);
            FloatVector a60 = FloatVector.zero(F), a61 = FloatVector.zero(F);
            FloatVector a70 = FloatVector.zero(F), a71 = FloatVector.zero(F);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = load(p), x1 = load(p + STEP);
                FloatVector w0 = spread(q);
                a00 = w0.fma(x0, a00);
                a01 = w0.fma(x1, a01);
                FloatVector w1 = spread(q + 4);
                a10 = w1.fma(x0, a10);
                a11 = w1.fma(x1, a11);
                FloatVector w2 = spread(q + 8);
                a20 = w2.fma(x0, a20);
                a21 = w2.fma(x1, a21);
                FloatVector w3 = spread(q + 12);
                a30 = w3.fma(x0, a30);
                a31 = w3.fma(x1, a31);
                FloatVector w4 = spread(q + 16);
                a40 = w4.fma(x0, a40);
                a41 = w4.fma(x1, a41);
                FloatVector w5 = spread(q + 20);
                a50 = w5.fma(x0, a50);
                a51 = w5.fma(x1, a51);
                FloatVector w6 = spread(q + 24);
                a60 = w6.fma(x0, a60);
                a61 = w6.fma(x1, a61);
                FloatVector w7 = spread(q + 28);
                a70 = w7.fma(x0, a70);
                a71 = w7.fma(x1, a71);
            }
            int live = rows - g * rowStep;
            long o = (y + (long) g * rowStep * yStep) & MASK;
            long b = bias + (long) g * rowStep * biasStep;
            if (live > 0) {
                row2(a00, a01, o, b);
            }
            if (live > 1) {
                row2(a10, a11, o + yStep, b + biasStep);
            }
            if (live > 2) {
                row2(a20, a21, o + 2 * yStep, b + 2 * biasStep);
            }
            if (live > 3) {
                row2(a30, a31, o + 3 * yStep, b + 3 * biasStep);
            }
            if (live > 4) {
                row2(a40, a41, o + 4 * yStep, b + 4 * biasStep);
            }
            if (live > 5) {
                row2(a50, a51, o + 5 * yStep, b + 5 * biasStep);
            }
            if (live > 6) {
                row2(a60, a61, o + 6 * yStep, b + 6 * biasStep);
            }
            if (live > 7) {
                row2(a70, a71, o + 7 * yStep, b + 7 * biasStep);
            }
        }
    }

    private static void tile8x1(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to,
            int rows, int rowStep, long bias, long biasStep) {
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = getInt((start + 4L * g + 4) & MASK);
            FloatVector a00 = FloatVector.zero(F);
            FloatVector a10 = FloatVector.zero(F);
            FloatVector a20 = FloatVector.zero(F);
            FloatVector a30 = FloatVector.zero(F);
            FloatVector a40 = FloatVector.zero(F);
            FloatVector a50 = FloatVector.zero(F);
            FloatVector a60 = FloatVector.zero(F);
            FloatVector a70 = FloatVector.zero(F);
            for (; j < end; j++) {
                long p = (x + ((long) getInt((column + 4L * j) & MASK) << shift)) & MASK;
                long q = (values + j * valueStep) & MASK;
                FloatVector x0 = load(p);
                a00 = spread(q).fma(x0, a00);
                a10 = spread(q + 4).fma(x0, a10);
                a20 = spread(q + 8).fma(x0, a20);
                a30 = spread(q + 12).fma(x0, a30);
                a40 = spread(q + 16).fma(x0, a40);
                a50 = spread(q + 20).fma(x0, a50);
                a60 = spread(q + 24).fma(x0, a60);
                a70 = spread(q + 28).fma(x0, a70);
            }
            int live = rows - g * rowStep;
            long o = (y + (long) g * rowStep * yStep) & MASK;
            long b = bias + (long) g * rowStep * biasStep;
            if (live > 0) {
                row1(a00, o, b);
            }
            if (live > 1) {
                row1(a10, o + yStep, b + biasStep);
            }
            if (live > 2) {
                row1(a20, o + 2 * yStep, b + 2 * biasStep);
            }
            if (live > 3) {
                row1(a30, o + 3 * yStep, b + 3 * biasStep);
            }
            if (live > 4) {
                row1(a40, o + 4 * yStep, b + 4 * biasStep);
            }
            if (live > 5) {
                row1(a50, o + 5 * yStep, b + 5 * biasStep);
            }
            if (live > 6) {
                row1(a60, o + 6 * yStep, b + 6 * biasStep);
            }
            if (live > 7) {
                row1(a70, o + 7 * yStep, b + 7 * biasStep);
            }
        }
    }
}
