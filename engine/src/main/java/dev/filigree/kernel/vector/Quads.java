package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Dot products along tokens, four at a time: the four sums over lanes are folded into each other, which costs a third
 * of four separate ones and always adds in the same order.
 */
final class Quads {

    /** Lanes whose index has the bit set, the first four, and the exchange of lanes that differ in a bit. */
    private static final VectorMask<Float> ODD = lanesWith(1);
    private static final VectorMask<Float> UPPER = lanesWith(2);
    private static final VectorMask<Float> FOUR = VectorMask.fromLong(F, 15);
    private static final VectorShuffle<Float> SWAP1 = swap(1);
    private static final VectorShuffle<Float> SWAP2 = swap(2);
    private static final VectorShuffle<Float> SWAP4 = swap(4);
    private static final VectorShuffle<Float> SWAP8 = swap(8);

    private Quads() {
    }

    private static VectorMask<Float> lanesWith(int bit) {
        long lanes = 0;
        for (int i = 0; i < N; i++) {
            lanes |= (i & bit) == 0 ? 0 : 1L << i;
        }
        return VectorMask.fromLong(F, lanes);
    }

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(F, i -> (i ^ distance) % N);
    }

    /**
     * Adds the dot products of one row of dy with the columns of entries {@code from .. to} to their gradients: four
     * columns share each vector of dy.
     *
     * @param bytes   length of the rows, whole vectors
     * @param rowStep bytes between neighbouring rows of x
     */
    static void columns(int from, int to, long column, long dy, long x, int bytes, long rowStep, long gradient) {
        for (int j = from; j < to; j += 4) {
            int last = to - j - 1;
            long i = column + 2L * j;
            // past the end the last column is repeated and its sum dropped
            long p0 = x + getShort(i & MASK) * rowStep;
            long p1 = x + getShort((i + 2 * Math.min(1, last)) & MASK) * rowStep;
            long p2 = x + getShort((i + 2 * Math.min(2, last)) & MASK) * rowStep;
            long p3 = x + getShort((i + 2 * Math.min(3, last)) & MASK) * rowStep;
            FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
            for (int t = 0; t < bytes; t += (int) STEP) {
                FloatVector s = fromMemorySegment(F, ALL, (dy + t) & MASK, ORDER);
                a = s.fma(fromMemorySegment(F, ALL, (p0 + t) & MASK, ORDER), a);
                b = s.fma(fromMemorySegment(F, ALL, (p1 + t) & MASK, ORDER), b);
                c = s.fma(fromMemorySegment(F, ALL, (p2 + t) & MASK, ORDER), c);
                d = s.fma(fromMemorySegment(F, ALL, (p3 + t) & MASK, ORDER), d);
            }
            long out = gradient + 4L * j;
            FloatVector ab = a.blend(b, ODD).add(b.blend(a, ODD).rearrange(SWAP1));
            FloatVector cd = c.blend(d, ODD).add(d.blend(c, ODD).rearrange(SWAP1));
            FloatVector sums = ab.blend(cd, UPPER).add(cd.blend(ab, UPPER).rearrange(SWAP2));
            if (N >= 8) {
                sums = sums.add(sums.rearrange(SWAP4));
            }
            if (N >= 16) {
                sums = sums.add(sums.rearrange(SWAP8));
            }
            long o = out & MASK;
            if (last >= 3 && N == 4) {
                fromMemorySegment(F, ALL, o, ORDER).add(sums).intoMemorySegment(ALL, o, ORDER);
            } else if (last >= 3) {
                fromMemorySegment(F, ALL, o, ORDER, FOUR).add(sums).intoMemorySegment(ALL, o, ORDER, FOUR);
            } else {
                addFirst(sums.lane(0), sums.lane(1), sums.lane(2), out, last);
            }
        }
    }

    /** {@link #columns} for rows of four vectors, with dy in registers. */
    static void columnsOf4(int from, int to, long column, long dy, long x, long rowStep, long gradient) {
        FloatVector s0 = fromMemorySegment(F, ALL, (dy) & MASK, ORDER);
        FloatVector s1 = fromMemorySegment(F, ALL, (dy + STEP) & MASK, ORDER);
        FloatVector s2 = fromMemorySegment(F, ALL, (dy + 2 * STEP) & MASK, ORDER);
        FloatVector s3 = fromMemorySegment(F, ALL, (dy + 3 * STEP) & MASK, ORDER);
        for (int j = from; j < to; j += 4) {
            int last = to - j - 1;
            long i = column + 2L * j;
            long p0 = (x + getShort(i & MASK) * rowStep) & MASK;
            long p1 = (x + getShort((i + 2 * Math.min(1, last)) & MASK) * rowStep) & MASK;
            long p2 = (x + getShort((i + 2 * Math.min(2, last)) & MASK) * rowStep) & MASK;
            long p3 = (x + getShort((i + 2 * Math.min(3, last)) & MASK) * rowStep) & MASK;
            FloatVector a = s0.mul(fromMemorySegment(F, ALL, p0, ORDER));
            FloatVector b = s0.mul(fromMemorySegment(F, ALL, p1, ORDER));
            FloatVector c = s0.mul(fromMemorySegment(F, ALL, p2, ORDER));
            FloatVector d = s0.mul(fromMemorySegment(F, ALL, p3, ORDER));
            a = s1.fma(fromMemorySegment(F, ALL, p0 + STEP, ORDER), a);
            b = s1.fma(fromMemorySegment(F, ALL, p1 + STEP, ORDER), b);
            c = s1.fma(fromMemorySegment(F, ALL, p2 + STEP, ORDER), c);
            d = s1.fma(fromMemorySegment(F, ALL, p3 + STEP, ORDER), d);
            a = s2.fma(fromMemorySegment(F, ALL, p0 + 2 * STEP, ORDER), a);
            b = s2.fma(fromMemorySegment(F, ALL, p1 + 2 * STEP, ORDER), b);
            c = s2.fma(fromMemorySegment(F, ALL, p2 + 2 * STEP, ORDER), c);
            d = s2.fma(fromMemorySegment(F, ALL, p3 + 2 * STEP, ORDER), d);
            a = s3.fma(fromMemorySegment(F, ALL, p0 + 3 * STEP, ORDER), a);
            b = s3.fma(fromMemorySegment(F, ALL, p1 + 3 * STEP, ORDER), b);
            c = s3.fma(fromMemorySegment(F, ALL, p2 + 3 * STEP, ORDER), c);
            d = s3.fma(fromMemorySegment(F, ALL, p3 + 3 * STEP, ORDER), d);
            long out = gradient + 4L * j;
            FloatVector ab = a.blend(b, ODD).add(b.blend(a, ODD).rearrange(SWAP1));
            FloatVector cd = c.blend(d, ODD).add(d.blend(c, ODD).rearrange(SWAP1));
            FloatVector sums = ab.blend(cd, UPPER).add(cd.blend(ab, UPPER).rearrange(SWAP2));
            if (N >= 8) {
                sums = sums.add(sums.rearrange(SWAP4));
            }
            if (N >= 16) {
                sums = sums.add(sums.rearrange(SWAP8));
            }
            long o = out & MASK;
            if (last >= 3 && N == 4) {
                fromMemorySegment(F, ALL, o, ORDER).add(sums).intoMemorySegment(ALL, o, ORDER);
            } else if (last >= 3) {
                fromMemorySegment(F, ALL, o, ORDER, FOUR).add(sums).intoMemorySegment(ALL, o, ORDER, FOUR);
            } else {
                addFirst(sums.lane(0), sums.lane(1), sums.lane(2), out, last);
            }
        }
    }

    /**
     * Adds the dot products of up to four neighbouring rows of dy with the columns of blocks {@code from .. to} to
     * their gradients, rows of four vectors. The sixteen vectors of dy stay in registers.
     *
     * @param live    rows, 1 to 4
     * @param rowStep bytes between neighbouring rows of dy and of x
     * @param outStep bytes between the gradients of neighbouring blocks
     */
    static void rowsOf4(int from, int to, int live, long column, long dy, long x, long rowStep, long gradient, long outStep) {
        long q1 = dy + rowStep * Math.min(1, live - 1);
        long q2 = dy + rowStep * Math.min(2, live - 1);
        long q3 = dy + rowStep * Math.min(3, live - 1);
        FloatVector a0 = fromMemorySegment(F, ALL, (dy) & MASK, ORDER);
        FloatVector a1 = fromMemorySegment(F, ALL, (dy + STEP) & MASK, ORDER);
        FloatVector a2 = fromMemorySegment(F, ALL, (dy + 2 * STEP) & MASK, ORDER);
        FloatVector a3 = fromMemorySegment(F, ALL, (dy + 3 * STEP) & MASK, ORDER);
        FloatVector b0 = fromMemorySegment(F, ALL, (q1) & MASK, ORDER);
        FloatVector b1 = fromMemorySegment(F, ALL, (q1 + STEP) & MASK, ORDER);
        FloatVector b2 = fromMemorySegment(F, ALL, (q1 + 2 * STEP) & MASK, ORDER);
        FloatVector b3 = fromMemorySegment(F, ALL, (q1 + 3 * STEP) & MASK, ORDER);
        FloatVector c0 = fromMemorySegment(F, ALL, (q2) & MASK, ORDER);
        FloatVector c1 = fromMemorySegment(F, ALL, (q2 + STEP) & MASK, ORDER);
        FloatVector c2 = fromMemorySegment(F, ALL, (q2 + 2 * STEP) & MASK, ORDER);
        FloatVector c3 = fromMemorySegment(F, ALL, (q2 + 3 * STEP) & MASK, ORDER);
        FloatVector d0 = fromMemorySegment(F, ALL, (q3) & MASK, ORDER);
        FloatVector d1 = fromMemorySegment(F, ALL, (q3 + STEP) & MASK, ORDER);
        FloatVector d2 = fromMemorySegment(F, ALL, (q3 + 2 * STEP) & MASK, ORDER);
        FloatVector d3 = fromMemorySegment(F, ALL, (q3 + 3 * STEP) & MASK, ORDER);
        for (int j = from; j < to; j++) {
            long p = (x + getShort((column + 2L * j) & MASK) * rowStep) & MASK;
            FloatVector x0 = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector a = a0.mul(x0);
            FloatVector b = b0.mul(x0);
            FloatVector c = c0.mul(x0);
            FloatVector d = d0.mul(x0);
            FloatVector x1 = fromMemorySegment(F, ALL, p + STEP, ORDER);
            a = a1.fma(x1, a);
            b = b1.fma(x1, b);
            c = c1.fma(x1, c);
            d = d1.fma(x1, d);
            FloatVector x2 = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER);
            a = a2.fma(x2, a);
            b = b2.fma(x2, b);
            c = c2.fma(x2, c);
            d = d2.fma(x2, d);
            FloatVector x3 = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER);
            a = a3.fma(x3, a);
            b = b3.fma(x3, b);
            c = c3.fma(x3, c);
            d = d3.fma(x3, d);
            long out = gradient + j * outStep;
            FloatVector ab = a.blend(b, ODD).add(b.blend(a, ODD).rearrange(SWAP1));
            FloatVector cd = c.blend(d, ODD).add(d.blend(c, ODD).rearrange(SWAP1));
            FloatVector sums = ab.blend(cd, UPPER).add(cd.blend(ab, UPPER).rearrange(SWAP2));
            if (N >= 8) {
                sums = sums.add(sums.rearrange(SWAP4));
            }
            if (N >= 16) {
                sums = sums.add(sums.rearrange(SWAP8));
            }
            long o = out & MASK;
            if (live == 4 && N == 4) {
                fromMemorySegment(F, ALL, o, ORDER).add(sums).intoMemorySegment(ALL, o, ORDER);
            } else if (live == 4) {
                fromMemorySegment(F, ALL, o, ORDER, FOUR).add(sums).intoMemorySegment(ALL, o, ORDER, FOUR);
            } else {
                addFirst(sums.lane(0), sums.lane(1), sums.lane(2), out, live - 1);
            }
        }
    }

    /** Adds to the first {@code last + 1} of three neighbouring floats. */
    private static void addFirst(float a, float b, float c, long out, int last) {
        setFloat(out, getFloat(out) + a);
        if (last > 0) {
            setFloat(out + 4, getFloat(out + 4) + b);
        }
        if (last > 1) {
            setFloat(out + 8, getFloat(out + 8) + c);
        }
    }

    /** {@link #rowsOf4} for rows of any length. */
    static void rows(int from, int to, int live, long column, long dy, long x, int bytes, long rowStep, long gradient, long outStep) {
        long q1 = dy + rowStep * Math.min(1, live - 1);
        long q2 = dy + rowStep * Math.min(2, live - 1);
        long q3 = dy + rowStep * Math.min(3, live - 1);
        for (int j = from; j < to; j++) {
            long p = x + getShort((column + 2L * j) & MASK) * rowStep;
            FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
            for (int t = 0; t < bytes; t += (int) STEP) {
                FloatVector s = fromMemorySegment(F, ALL, (p + t) & MASK, ORDER);
                a = s.fma(fromMemorySegment(F, ALL, (dy + t) & MASK, ORDER), a);
                b = s.fma(fromMemorySegment(F, ALL, (q1 + t) & MASK, ORDER), b);
                c = s.fma(fromMemorySegment(F, ALL, (q2 + t) & MASK, ORDER), c);
                d = s.fma(fromMemorySegment(F, ALL, (q3 + t) & MASK, ORDER), d);
            }
            long out = gradient + j * outStep;
            FloatVector ab = a.blend(b, ODD).add(b.blend(a, ODD).rearrange(SWAP1));
            FloatVector cd = c.blend(d, ODD).add(d.blend(c, ODD).rearrange(SWAP1));
            FloatVector sums = ab.blend(cd, UPPER).add(cd.blend(ab, UPPER).rearrange(SWAP2));
            if (N >= 8) {
                sums = sums.add(sums.rearrange(SWAP4));
            }
            if (N >= 16) {
                sums = sums.add(sums.rearrange(SWAP8));
            }
            long o = out & MASK;
            if (live == 4 && N == 4) {
                fromMemorySegment(F, ALL, o, ORDER).add(sums).intoMemorySegment(ALL, o, ORDER);
            } else if (live == 4) {
                fromMemorySegment(F, ALL, o, ORDER, FOUR).add(sums).intoMemorySegment(ALL, o, ORDER, FOUR);
            } else {
                addFirst(sums.lane(0), sums.lane(1), sums.lane(2), out, live - 1);
            }
        }
    }
}
