package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.WIDE;
import static dev.filigree.kernel.vector.Lanes.load;
import static dev.filigree.kernel.vector.Lanes.spread;
import static dev.filigree.kernel.vector.Lanes.store;

import jdk.incubator.vector.FloatVector;

/**
 * The dense product in register tiles of six rows: {@code c[r][t] = bias[r] + sum_k a[k][r] b[k][t]}, all strides in
 * bytes. Six rows by four vectors are 24 running sums, 4 vectors of b and one weight: 29 of 32 registers.
 */
final class Tiles {

    static final int ROWS = 6;

    private Tiles() {
    }

    /**
     * One tile row: six rows of a (of which {@code live} are stored) times {@code count} floats of b, a multiple of
     * the vector length.
     *
     * @param a        six neighbouring floats for each k, {@code aStep} apart
     * @param b        {@code count} neighbouring floats for each k, {@code bStep} apart
     * @param bias     {@code live} floats, {@code biasStep} apart
     */
    static void strip(int depth, long a, long aStep, long b, long bStep, int count, long c, long cStep, int live, long bias, long biasStep) {
        int left = count / N;
        for (; WIDE >= 4 && left >= 4; left -= 4) {
            tile4(depth, a, aStep, b, bStep, c, cStep, live, bias, biasStep);
            b += 4 * STEP;
            c += 4 * STEP;
        }
        for (; left >= 2; left -= 2) {
            tile2(depth, a, aStep, b, bStep, c, cStep, live, bias, biasStep);
            b += 2 * STEP;
            c += 2 * STEP;
        }
        if (left == 1) {
            tile1(depth, a, aStep, b, bStep, c, cStep, live, bias, biasStep);
        }
    }

    /** All rows of {@code a}: {@code c [rows x count]}. Reads up to five floats past the last row of a. */
    static void product(int rows, int depth, long a, long aStep, long b, long bStep, int count, long c, long cStep) {
        for (int r = 0; r < rows; r += ROWS) {
            strip(depth, a + 4L * r, aStep, b, bStep, count, c + r * cStep, cStep, Math.min(ROWS, rows - r), Lanes.ZEROS, 0);
        }
    }

    private static void tile4(int depth, long a, long aStep, long b, long bStep, long c, long cStep, int live, long bias, long biasStep) {
        FloatVector a00 = FloatVector.zero(F), a01 = FloatVector.zero(F), a02 = FloatVector.zero(F), a03 = FloatVector.zero(F);
        FloatVector a10 = FloatVector.zero(F), a11 = FloatVector.zero(F), a12 = FloatVector.zero(F), a13 = FloatVector.zero(F);
        FloatVector a20 = FloatVector.zero(F), a21 = FloatVector.zero(F), a22 = FloatVector.zero(F), a23 = FloatVector.zero(F);
        FloatVector a30 = FloatVector.zero(F), a31 = FloatVector.zero(F), a32 = FloatVector.zero(F), a33 = FloatVector.zero(F);
        FloatVector a40 = FloatVector.zero(F), a41 = FloatVector.zero(F), a42 = FloatVector.zero(F), a43 = FloatVector.zero(F);
        FloatVector a50 = FloatVector.zero(F), a51 = FloatVector.zero(F), a52 = FloatVector.zero(F), a53 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long p = b & MASK;
            long q = a & MASK;
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
            FloatVector w4 = spread(q + 16);
            a40 = w4.fma(x0, a40);
            a41 = w4.fma(x1, a41);
            a42 = w4.fma(x2, a42);
            a43 = w4.fma(x3, a43);
            FloatVector w5 = spread(q + 20);
            a50 = w5.fma(x0, a50);
            a51 = w5.fma(x1, a51);
            a52 = w5.fma(x2, a52);
            a53 = w5.fma(x3, a53);
            a += aStep;
            b += bStep;
        }
        row4(a00, a01, a02, a03, c, bias);
        if (live > 1) {
            row4(a10, a11, a12, a13, c + cStep, bias + biasStep);
        }
        if (live > 2) {
            row4(a20, a21, a22, a23, c + 2 * cStep, bias + 2 * biasStep);
        }
        if (live > 3) {
            row4(a30, a31, a32, a33, c + 3 * cStep, bias + 3 * biasStep);
        }
        if (live > 4) {
            row4(a40, a41, a42, a43, c + 4 * cStep, bias + 4 * biasStep);
        }
        if (live > 5) {
            row4(a50, a51, a52, a53, c + 5 * cStep, bias + 5 * biasStep);
        }
    }

    private static void tile2(int depth, long a, long aStep, long b, long bStep, long c, long cStep, int live, long bias, long biasStep) {
        FloatVector a00 = FloatVector.zero(F), a01 = FloatVector.zero(F);
        FloatVector a10 = FloatVector.zero(F), a11 = FloatVector.zero(F);
        FloatVector a20 = FloatVector.zero(F), a21 = FloatVector.zero(F);
        FloatVector a30 = FloatVector.zero(F), a31 = FloatVector.zero(F);
        FloatVector a40 = FloatVector.zero(F), a41 = FloatVector.zero(F);
        FloatVector a50 = FloatVector.zero(F), a51 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long p = b & MASK;
            long q = a & MASK;
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
            a += aStep;
            b += bStep;
        }
        row2(a00, a01, c, bias);
        if (live > 1) {
            row2(a10, a11, c + cStep, bias + biasStep);
        }
        if (live > 2) {
            row2(a20, a21, c + 2 * cStep, bias + 2 * biasStep);
        }
        if (live > 3) {
            row2(a30, a31, c + 3 * cStep, bias + 3 * biasStep);
        }
        if (live > 4) {
            row2(a40, a41, c + 4 * cStep, bias + 4 * biasStep);
        }
        if (live > 5) {
            row2(a50, a51, c + 5 * cStep, bias + 5 * biasStep);
        }
    }

    private static void tile1(int depth, long a, long aStep, long b, long bStep, long c, long cStep, int live, long bias, long biasStep) {
        FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F), a2 = FloatVector.zero(F);
        FloatVector a3 = FloatVector.zero(F), a4 = FloatVector.zero(F), a5 = FloatVector.zero(F);
        for (int k = 0; k < depth; k++) {
            long q = a & MASK;
            FloatVector x = load(b & MASK);
            a0 = spread(q).fma(x, a0);
            a1 = spread(q + 4).fma(x, a1);
            a2 = spread(q + 8).fma(x, a2);
            a3 = spread(q + 12).fma(x, a3);
            a4 = spread(q + 16).fma(x, a4);
            a5 = spread(q + 20).fma(x, a5);
            a += aStep;
            b += bStep;
        }
        row1(a0, c, bias);
        if (live > 1) {
            row1(a1, c + cStep, bias + biasStep);
        }
        if (live > 2) {
            row1(a2, c + 2 * cStep, bias + 2 * biasStep);
        }
        if (live > 3) {
            row1(a3, c + 3 * cStep, bias + 3 * biasStep);
        }
        if (live > 4) {
            row1(a4, c + 4 * cStep, bias + 4 * biasStep);
        }
        if (live > 5) {
            row1(a5, c + 5 * cStep, bias + 5 * biasStep);
        }
    }

    /** Stores {@code v + bias}; inlined, so that no vector becomes an object. */
    static void row4(FloatVector v0, FloatVector v1, FloatVector v2, FloatVector v3, long c, long bias) {
        FloatVector b = spread(bias);
        store(v0.add(b), c);
        store(v1.add(b), c + STEP);
        store(v2.add(b), c + 2 * STEP);
        store(v3.add(b), c + 3 * STEP);
    }

    static void row2(FloatVector v0, FloatVector v1, long c, long bias) {
        FloatVector b = spread(bias);
        store(v0.add(b), c);
        store(v1.add(b), c + STEP);
    }

    static void row1(FloatVector v0, long c, long bias) {
        store(v0.add(spread(bias)), c);
    }
}
