package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.PANEL;
import static dev.filigree.kernel.vector.Lanes.SPAN;
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
    static final VectorMask<Float> ODD = lanesWith(1);
    static final VectorMask<Float> UPPER = lanesWith(2);
    static final VectorMask<Float> FOUR = VectorMask.fromLong(F, 15);
    static final VectorShuffle<Float> SWAP1 = swap(1);
    static final VectorShuffle<Float> SWAP2 = swap(2);
    static final VectorShuffle<Float> SWAP4 = swap(4);
    static final VectorShuffle<Float> SWAP8 = swap(8);

    private Quads() {
    }

    static VectorMask<Float> lanesWith(int bit) {
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
     * Adds the dot products of one row of dy with the columns of groups {@code from .. to} to their gradients, over
     * {@code panels} panels: four columns share each vector of dy, and the sums over lanes are made once for all panels. A group
     * is {@code groupCols} neighbouring columns, a multiple of four, with one index.
     *
     * @param shift   a panel row is {@code 1 << shift} bytes
     * @param dyPanel bytes between the same rows of neighbouring panels of dy; {@code xPanel} of x
     */
    static void groups(int from, int to, int groupCols, long column, long dy, long dyPanel, long x, long xPanel, int panels, int shift, long gradient) {
        int quads = Integer.numberOfTrailingZeros(groupCols) - 2;
        long cs = column & MASK;
        long ds = dy & MASK;
        long xs = x & MASK;
        long gs = gradient & MASK;
        int rowBytes = 1 << shift;
        long step = rowBytes & INDEX;
        for (int j = from << quads; j < to << quads; j++) {
            long i = j & INDEX;
            long x0 = xs + (getShort(cs + 2 * (i >> quads)) << shift & PANEL) + ((i & (1L << quads) - 1) << shift + 2 & PANEL);
            FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
            for (int p = 0; p < panels; p++) {
                long o = x0 + (p * xPanel & SPAN);
                long q = ds + (p * dyPanel & SPAN);
                for (int t = 0; t < rowBytes; t += (int) STEP) {
                    long u = t & INDEX;
                    FloatVector s = fromMemorySegment(F, ALL, q + u, ORDER);
                    a = s.fma(fromMemorySegment(F, ALL, o + u, ORDER), a);
                    b = s.fma(fromMemorySegment(F, ALL, o + u + step, ORDER), b);
                    c = s.fma(fromMemorySegment(F, ALL, o + u + 2 * step, ORDER), c);
                    d = s.fma(fromMemorySegment(F, ALL, o + u + 3 * step, ORDER), d);
                }
            }
            FloatVector ab = a.blend(b, ODD).add(b.blend(a, ODD).rearrange(SWAP1));
            FloatVector cd = c.blend(d, ODD).add(d.blend(c, ODD).rearrange(SWAP1));
            FloatVector sums = ab.blend(cd, UPPER).add(cd.blend(ab, UPPER).rearrange(SWAP2));
            if (N >= 8) {
                sums = sums.add(sums.rearrange(SWAP4));
            }
            if (N >= 16) {
                sums = sums.add(sums.rearrange(SWAP8));
            }
            long at = gs + 16 * i;
            if (N == 4) {
                fromMemorySegment(F, ALL, at, ORDER).add(sums).intoMemorySegment(ALL, at, ORDER);
            } else {
                fromMemorySegment(F, ALL, at, ORDER, FOUR).add(sums).intoMemorySegment(ALL, at, ORDER, FOUR);
            }
        }
    }

    /**
     * Adds the dot products of up to four neighbouring rows of dy with the columns of blocks {@code from .. to} to
     * their gradients, over {@code panels} panels.
     *
     * @param live    rows, 1 to 4
     * @param outStep bytes between the gradients of neighbouring blocks
     */
    static void rows(int from, int to, int live, long column, long dy, long dyPanel, long x, long xPanel, int panels, int shift, long gradient, long outStep) {
        long cs = column & MASK;
        long xs = x & MASK;
        int rowBytes = 1 << shift;
        long d0 = dy & MASK;
        long d1 = dy + ((long) Math.min(1, live - 1) << shift) & MASK;
        long d2 = dy + ((long) Math.min(2, live - 1) << shift) & MASK;
        long d3 = dy + ((long) Math.min(3, live - 1) << shift) & MASK;
        for (int j = from; j < to; j++) {
            long x0 = xs + (getShort(cs + 2 * (j & INDEX)) << shift & PANEL);
            FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
            for (int p = 0; p < panels; p++) {
                long o = p * xPanel & SPAN;
                long q = p * dyPanel & SPAN;
                for (int t = 0; t < rowBytes; t += (int) STEP) {
                    long u = t & INDEX;
                    FloatVector s = fromMemorySegment(F, ALL, x0 + o + u, ORDER);
                    a = s.fma(fromMemorySegment(F, ALL, d0 + q + u, ORDER), a);
                    b = s.fma(fromMemorySegment(F, ALL, d1 + q + u, ORDER), b);
                    c = s.fma(fromMemorySegment(F, ALL, d2 + q + u, ORDER), c);
                    d = s.fma(fromMemorySegment(F, ALL, d3 + q + u, ORDER), d);
                }
            }
            FloatVector ab = a.blend(b, ODD).add(b.blend(a, ODD).rearrange(SWAP1));
            FloatVector cd = c.blend(d, ODD).add(d.blend(c, ODD).rearrange(SWAP1));
            FloatVector sums = ab.blend(cd, UPPER).add(cd.blend(ab, UPPER).rearrange(SWAP2));
            if (N >= 8) {
                sums = sums.add(sums.rearrange(SWAP4));
            }
            if (N >= 16) {
                sums = sums.add(sums.rearrange(SWAP8));
            }
            long out = gradient + j * outStep;
            if (live == 4) {
                long o = out & MASK;
                if (N == 4) {
                    fromMemorySegment(F, ALL, o, ORDER).add(sums).intoMemorySegment(ALL, o, ORDER);
                } else {
                    fromMemorySegment(F, ALL, o, ORDER, FOUR).add(sums).intoMemorySegment(ALL, o, ORDER, FOUR);
                }
            } else {
                addFirst(sums.lane(0), sums.lane(1), sums.lane(2), out, live - 1);
            }
        }
    }

    /** Adds to the first {@code last + 1} of three neighbouring floats. */
    static void addFirst(float a, float b, float c, long out, int last) {
        setFloat(out, getFloat(out) + a);
        if (last > 0) {
            setFloat(out + 4, getFloat(out + 4) + b);
        }
        if (last > 1) {
            setFloat(out + 8, getFloat(out + 8) + c);
        }
    }
}
