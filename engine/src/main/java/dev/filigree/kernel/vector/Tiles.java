package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.WIDE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Dense products in register tiles: {@code c[r][t] = start[r][t] + sum_k a[k][r] b[k][t]}, all strides in bytes. Sixteen
 * running sums keep two units of multiply-add busy whatever their latency, and leave registers for everything that the
 * compiler loads early. A larger tile kept a sum in memory in some processes and not in others.
 *
 * <p>A start of zero is {@link Lanes#ZEROS} with steps of 0; to add to what c holds, start is c itself.
 */
final class Tiles {

    /** Rows of the tile that takes any strides. */
    static final int ROWS = 4;

    private Tiles() {
    }

    /** All rows of {@code a}, from zero: {@code c [rows x count]}, count a multiple of the vector length. */
    static void product(int rows, int depth, long a, long aRow, long aStep, long b, long bStep, int count, long c, long cStep) {
        for (int r = 0; r < rows; r += ROWS) {
            strip(depth, a + aRow * r, aRow, aStep, b, bStep, count, c + r * cStep, cStep, Math.min(ROWS, rows - r), Lanes.ZEROS, 0, 0);
        }
    }

    /**
     * Up to four rows of a (of which {@code live} are stored) times {@code count} floats of b.
     *
     * @param a         the first row's float for k = 0; rows are {@code aRow} apart, neighbouring k {@code aStep}
     * @param b         {@code count} neighbouring floats for each k, {@code bStep} apart
     * @param start     where the sums start, rows {@code startRow} and vectors {@code startStep} apart
     */
    static void strip(int depth, long a, long aRow, long aStep, long b, long bStep, int count, long c, long cStep, int live, long start, long startRow,
            long startStep) {
        int left = count / N;
        for (; WIDE >= 4 && left >= 4; left -= 4) {
            tile4x4(depth, a, aRow, aStep, b, bStep, c, cStep, live, start, startRow, startStep);
            b += 4 * STEP;
            c += 4 * STEP;
            start += 4 * startStep;
        }
        for (; left >= 2; left -= 2) {
            tile4x2(depth, a, aRow, aStep, b, bStep, c, cStep, live, start, startRow, startStep);
            b += 2 * STEP;
            c += 2 * STEP;
            start += 2 * startStep;
        }
        if (left == 1) {
            tile4x1(depth, a, aRow, aStep, b, bStep, c, cStep, live, start, startRow, startStep);
        }
    }

    private static void tile4x4(int depth, long a, long aRow, long aStep, long b, long bStep, long c, long cStep, int live, long start,
            long startRow, long startStep) {
        long r1 = aRow * Math.min(1, live - 1);
        long r2 = aRow * Math.min(2, live - 1);
        long r3 = aRow * Math.min(3, live - 1);
        long s = start & MASK;
        FloatVector a00 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a01 = fromMemorySegment(F, ALL, (s + startStep) & MASK, ORDER);
        FloatVector a02 = fromMemorySegment(F, ALL, (s + 2 * startStep) & MASK, ORDER);
        FloatVector a03 = fromMemorySegment(F, ALL, (s + 3 * startStep) & MASK, ORDER);
        s = (start + startRow * Math.min(1, live - 1)) & MASK;
        FloatVector a10 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a11 = fromMemorySegment(F, ALL, (s + startStep) & MASK, ORDER);
        FloatVector a12 = fromMemorySegment(F, ALL, (s + 2 * startStep) & MASK, ORDER);
        FloatVector a13 = fromMemorySegment(F, ALL, (s + 3 * startStep) & MASK, ORDER);
        s = (start + startRow * Math.min(2, live - 1)) & MASK;
        FloatVector a20 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a21 = fromMemorySegment(F, ALL, (s + startStep) & MASK, ORDER);
        FloatVector a22 = fromMemorySegment(F, ALL, (s + 2 * startStep) & MASK, ORDER);
        FloatVector a23 = fromMemorySegment(F, ALL, (s + 3 * startStep) & MASK, ORDER);
        s = (start + startRow * Math.min(3, live - 1)) & MASK;
        FloatVector a30 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a31 = fromMemorySegment(F, ALL, (s + startStep) & MASK, ORDER);
        FloatVector a32 = fromMemorySegment(F, ALL, (s + 2 * startStep) & MASK, ORDER);
        FloatVector a33 = fromMemorySegment(F, ALL, (s + 3 * startStep) & MASK, ORDER);
        for (int k = 0; k < depth; k++) {
            long p = b & MASK;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector x2 = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER);
            FloatVector x3 = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER);
            FloatVector w0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, a & MASK)).reinterpretAsFloats();
            a00 = w0.fma(x0, a00);
            a01 = w0.fma(x1, a01);
            a02 = w0.fma(x2, a02);
            a03 = w0.fma(x3, a03);
            FloatVector w1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (a + r1) & MASK)).reinterpretAsFloats();
            a10 = w1.fma(x0, a10);
            a11 = w1.fma(x1, a11);
            a12 = w1.fma(x2, a12);
            a13 = w1.fma(x3, a13);
            FloatVector w2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (a + r2) & MASK)).reinterpretAsFloats();
            a20 = w2.fma(x0, a20);
            a21 = w2.fma(x1, a21);
            a22 = w2.fma(x2, a22);
            a23 = w2.fma(x3, a23);
            FloatVector w3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (a + r3) & MASK)).reinterpretAsFloats();
            a30 = w3.fma(x0, a30);
            a31 = w3.fma(x1, a31);
            a32 = w3.fma(x2, a32);
            a33 = w3.fma(x3, a33);
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
    }

    private static void tile4x2(int depth, long a, long aRow, long aStep, long b, long bStep, long c, long cStep, int live, long start,
            long startRow, long startStep) {
        long r1 = aRow * Math.min(1, live - 1);
        long r2 = aRow * Math.min(2, live - 1);
        long r3 = aRow * Math.min(3, live - 1);
        long s = start & MASK;
        FloatVector a00 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a01 = fromMemorySegment(F, ALL, (s + startStep) & MASK, ORDER);
        s = (start + startRow * Math.min(1, live - 1)) & MASK;
        FloatVector a10 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a11 = fromMemorySegment(F, ALL, (s + startStep) & MASK, ORDER);
        s = (start + startRow * Math.min(2, live - 1)) & MASK;
        FloatVector a20 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a21 = fromMemorySegment(F, ALL, (s + startStep) & MASK, ORDER);
        s = (start + startRow * Math.min(3, live - 1)) & MASK;
        FloatVector a30 = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector a31 = fromMemorySegment(F, ALL, (s + startStep) & MASK, ORDER);
        for (int k = 0; k < depth; k++) {
            long p = b & MASK;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector w0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, a & MASK)).reinterpretAsFloats();
            a00 = w0.fma(x0, a00);
            a01 = w0.fma(x1, a01);
            FloatVector w1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (a + r1) & MASK)).reinterpretAsFloats();
            a10 = w1.fma(x0, a10);
            a11 = w1.fma(x1, a11);
            FloatVector w2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (a + r2) & MASK)).reinterpretAsFloats();
            a20 = w2.fma(x0, a20);
            a21 = w2.fma(x1, a21);
            FloatVector w3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (a + r3) & MASK)).reinterpretAsFloats();
            a30 = w3.fma(x0, a30);
            a31 = w3.fma(x1, a31);
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
    }

    private static void tile4x1(int depth, long a, long aRow, long aStep, long b, long bStep, long c, long cStep, int live, long start,
            long startRow, long startStep) {
        long r1 = aRow * Math.min(1, live - 1);
        long r2 = aRow * Math.min(2, live - 1);
        long r3 = aRow * Math.min(3, live - 1);
        long s = start & MASK;
        FloatVector a00 = fromMemorySegment(F, ALL, s, ORDER);
        s = (start + startRow * Math.min(1, live - 1)) & MASK;
        FloatVector a10 = fromMemorySegment(F, ALL, s, ORDER);
        s = (start + startRow * Math.min(2, live - 1)) & MASK;
        FloatVector a20 = fromMemorySegment(F, ALL, s, ORDER);
        s = (start + startRow * Math.min(3, live - 1)) & MASK;
        FloatVector a30 = fromMemorySegment(F, ALL, s, ORDER);
        for (int k = 0; k < depth; k++) {
            long p = b & MASK;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            a00 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, a & MASK)).reinterpretAsFloats().fma(x0, a00);
            a10 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (a + r1) & MASK)).reinterpretAsFloats().fma(x0, a10);
            a20 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (a + r2) & MASK)).reinterpretAsFloats().fma(x0, a20);
            a30 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (a + r3) & MASK)).reinterpretAsFloats().fma(x0, a30);
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
    }
}
