package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.WIDE;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;

/**
 * The dense product in register tiles of five rows: {@code c[r][t] = bias[r] + sum_k a[k][r] b[k][t]}, all strides in
 * bytes. Five rows by four vectors are 20 running sums, 4 vectors of b and up to five weights: 29 of 32
 * registers. With six rows the compiler, which loads weights early, kept a sum in memory in some processes and not in
 * others: half the speed when the stack was not aligned for it.
 *
 * <p>The biases come as parameters because each scalar read costs the compiler so many nodes that a few more would make
 * it give up inlining before the tile ends.
 */
final class Tiles {

    static final int ROWS = 5;

    private Tiles() {
    }

    /**
     * One tile row: five rows of a (of which {@code live} are stored) times {@code count} floats of b, a multiple of
     * the vector length.
     *
     * @param a        the first row's float for k = 0; rows are {@code aRow} apart, neighbouring k {@code aStep}
     * @param b        {@code count} neighbouring floats for each k, {@code bStep} apart
     * @param bias     {@code live} floats, {@code biasStep} apart
     */
    static void strip(int depth, long a, long aRow, long aStep, long b, long bStep, int count, long c, long cStep, int live, long bias, long biasStep) {
        float b0 = getFloat(bias);
        float b1 = live > 1 ? getFloat(bias + biasStep) : 0;
        float b2 = live > 2 ? getFloat(bias + 2 * biasStep) : 0;
        float b3 = live > 3 ? getFloat(bias + 3 * biasStep) : 0;
        float b4 = live > 4 ? getFloat(bias + 4 * biasStep) : 0;
        int left = count / N;
        for (; WIDE >= 4 && left >= 4; left -= 4) {
            tile4(depth, a, aRow, aStep, b, bStep, c, cStep, live, b0, b1, b2, b3, b4);
            b += 4 * STEP;
            c += 4 * STEP;
        }
        for (; left >= 2; left -= 2) {
            tile2(depth, a, aRow, aStep, b, bStep, c, cStep, live, b0, b1, b2, b3, b4);
            b += 2 * STEP;
            c += 2 * STEP;
        }
        if (left == 1) {
            tile1(depth, a, aRow, aStep, b, bStep, c, cStep, live, b0, b1, b2, b3, b4);
        }
    }

    /** All rows of {@code a}: {@code c [rows x count]}. */
    static void product(int rows, int depth, long a, long aRow, long aStep, long b, long bStep, int count, long c, long cStep) {
        for (int r = 0; r < rows; r += ROWS) {
            strip(depth, a + aRow * r, aRow, aStep, b, bStep, count, c + r * cStep, cStep, Math.min(ROWS, rows - r), Lanes.ZEROS, 0);
        }
    }

    private static void tile4(int depth, long a, long aRow, long aStep, long b, long bStep, long c, long cStep, int live, float b0, float b1, float b2,
            float b3, float b4) {
        long r1 = aRow * Math.min(1, live - 1);
        long r2 = aRow * Math.min(2, live - 1);
        long r3 = aRow * Math.min(3, live - 1);
        long r4 = aRow * Math.min(4, live - 1);
        FloatVector a00 = broadcast(F, b0), a01 = a00, a02 = a00, a03 = a00;
        FloatVector a10 = broadcast(F, b1), a11 = a10, a12 = a10, a13 = a10;
        FloatVector a20 = broadcast(F, b2), a21 = a20, a22 = a20, a23 = a20;
        FloatVector a30 = broadcast(F, b3), a31 = a30, a32 = a30, a33 = a30;
        FloatVector a40 = broadcast(F, b4), a41 = a40, a42 = a40, a43 = a40;
        for (int k = 0; k < depth; k++) {
            long p = b & MASK;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector x2 = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER);
            FloatVector x3 = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER);
            FloatVector w0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a & MASK));
            a00 = w0.fma(x0, a00);
            a01 = w0.fma(x1, a01);
            a02 = w0.fma(x2, a02);
            a03 = w0.fma(x3, a03);
            FloatVector w1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r1) & MASK));
            a10 = w1.fma(x0, a10);
            a11 = w1.fma(x1, a11);
            a12 = w1.fma(x2, a12);
            a13 = w1.fma(x3, a13);
            FloatVector w2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r2) & MASK));
            a20 = w2.fma(x0, a20);
            a21 = w2.fma(x1, a21);
            a22 = w2.fma(x2, a22);
            a23 = w2.fma(x3, a23);
            FloatVector w3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r3) & MASK));
            a30 = w3.fma(x0, a30);
            a31 = w3.fma(x1, a31);
            a32 = w3.fma(x2, a32);
            a33 = w3.fma(x3, a33);
            FloatVector w4 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r4) & MASK));
            a40 = w4.fma(x0, a40);
            a41 = w4.fma(x1, a41);
            a42 = w4.fma(x2, a42);
            a43 = w4.fma(x3, a43);
            a += aStep;
            b += bStep;
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
        if (live > 4) {
            long c4 = (c + 4 * cStep) & MASK;
            a40.intoMemorySegment(ALL, c4, ORDER);
            a41.intoMemorySegment(ALL, c4 + STEP, ORDER);
            a42.intoMemorySegment(ALL, c4 + 2 * STEP, ORDER);
            a43.intoMemorySegment(ALL, c4 + 3 * STEP, ORDER);
        }
    }

    private static void tile2(int depth, long a, long aRow, long aStep, long b, long bStep, long c, long cStep, int live, float b0, float b1, float b2,
            float b3, float b4) {
        long r1 = aRow * Math.min(1, live - 1);
        long r2 = aRow * Math.min(2, live - 1);
        long r3 = aRow * Math.min(3, live - 1);
        long r4 = aRow * Math.min(4, live - 1);
        FloatVector a00 = broadcast(F, b0), a01 = a00;
        FloatVector a10 = broadcast(F, b1), a11 = a10;
        FloatVector a20 = broadcast(F, b2), a21 = a20;
        FloatVector a30 = broadcast(F, b3), a31 = a30;
        FloatVector a40 = broadcast(F, b4), a41 = a40;
        for (int k = 0; k < depth; k++) {
            long p = b & MASK;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector w0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a & MASK));
            a00 = w0.fma(x0, a00);
            a01 = w0.fma(x1, a01);
            FloatVector w1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r1) & MASK));
            a10 = w1.fma(x0, a10);
            a11 = w1.fma(x1, a11);
            FloatVector w2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r2) & MASK));
            a20 = w2.fma(x0, a20);
            a21 = w2.fma(x1, a21);
            FloatVector w3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r3) & MASK));
            a30 = w3.fma(x0, a30);
            a31 = w3.fma(x1, a31);
            FloatVector w4 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r4) & MASK));
            a40 = w4.fma(x0, a40);
            a41 = w4.fma(x1, a41);
            a += aStep;
            b += bStep;
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
    }

    private static void tile1(int depth, long a, long aRow, long aStep, long b, long bStep, long c, long cStep, int live, float b0, float b1, float b2,
            float b3, float b4) {
        long r1 = aRow * Math.min(1, live - 1);
        long r2 = aRow * Math.min(2, live - 1);
        long r3 = aRow * Math.min(3, live - 1);
        long r4 = aRow * Math.min(4, live - 1);
        FloatVector a00 = broadcast(F, b0);
        FloatVector a10 = broadcast(F, b1);
        FloatVector a20 = broadcast(F, b2);
        FloatVector a30 = broadcast(F, b3);
        FloatVector a40 = broadcast(F, b4);
        for (int k = 0; k < depth; k++) {
            long p = b & MASK;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            a00 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, a & MASK)).fma(x0, a00);
            a10 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r1) & MASK)).fma(x0, a10);
            a20 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r2) & MASK)).fma(x0, a20);
            a30 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r3) & MASK)).fma(x0, a30);
            a40 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (a + r4) & MASK)).fma(x0, a40);
            a += aStep;
            b += bStep;
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
    }
}
