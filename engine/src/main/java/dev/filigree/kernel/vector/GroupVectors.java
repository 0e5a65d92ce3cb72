package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.BlockVectors.FIRST;
import static dev.filigree.kernel.vector.BlockVectors.FOURTH;
import static dev.filigree.kernel.vector.BlockVectors.LOWER;
import static dev.filigree.kernel.vector.BlockVectors.SECOND;
import static dev.filigree.kernel.vector.BlockVectors.THIRD;
import static dev.filigree.kernel.vector.BlockVectors.UPPER;
import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.LOW;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.NEXT;
import static dev.filigree.kernel.vector.Lanes.OF4;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;

/**
 * Groups of neighbouring inputs times one token, with inputs along lanes. A vector holds one, two or four groups, or is a
 * part of one; where it holds several, the inputs of each are read into its own lanes. The sums over lanes of four rows are
 * folded into each other.
 */
final class GroupVectors {

    /** Rows whose sums are made together. */
    static final int ROWS = 4;

    private GroupVectors() {
    }

    /**
     * {@code y[r] = bias[r] + sum} for rows {@code from .. to}.
     *
     * @param start      address of the row starts, counted in groups, of all chunks
     * @param rows       rows of the matrix
     * @param chunkBytes of the inputs of a chunk
     * @param groupCols  4, 8 or 16
     * @param biasStep   4, or 0 where bias is a single zero
     * @param sums       space for {@link #ROWS} vectors
     */
    static void run(long start, int rows, int chunks, long chunkBytes, long column, long values, int groupCols, long x, long y, long bias, long biasStep, int from,
            int to, long sums) {
        for (int r = from; r < to; r += ROWS) {
            int live = Math.min(ROWS, to - r);
            if (groupCols * 4 == N) {
                quarters(start + 4L * r, rows, chunks, chunkBytes, live, column, values, x, sums);
            } else if (groupCols * 2 == N) {
                halves(start + 4L * r, rows, chunks, chunkBytes, live, column, values, x, sums);
            } else {
                whole(start + 4L * r, rows, chunks, chunkBytes, live, column, values, groupCols / N, x, sums);
            }
            fold(sums);
            for (int i = 0; i < live; i++) {
                setFloat(y + 4L * (r + i), getFloat(bias + biasStep * (r + i)) + getFloat(sums + 4L * i));
            }
        }
    }

    /**
     * Groups of {@code parts} vectors, 1, 2 or 4. One sum is enough: rows are short, what one waits for is hidden behind the
     * next, and a second sum would cost a branch that nothing predicts.
     */
    private static void whole(long start, int rows, int chunks, long chunkBytes, int live, long column, long values, int parts, long x, long sums) {
        int shift = Integer.numberOfTrailingZeros(parts);
        long inGroup = parts - 1;
        long cs = column & MASK;
        long vs = values & MASK;
        for (int r = 0; r < live; r++) {
            FloatVector a = FloatVector.zero(F);
            for (int c = 0; c < chunks; c++) {
                long list = (start + 4L * ((long) c * rows + r)) & MASK;
                long xs = (x + c * chunkBytes) & MASK;
                int end = getInt(list + 4) << shift;
                for (int j = getInt(list) << shift; j < end; j++) {
                    long i = j & INDEX;
                    long p = xs + (getShort(cs + 2 * (i >> shift)) << 2) + (i & inGroup) * STEP;
                    a = fromMemorySegment(F, ALL, vs + i * STEP, ORDER).fma(fromMemorySegment(F, ALL, p, ORDER), a);
                }
            }
            a.intoMemorySegment(ALL, (sums + r * STEP) & MASK, ORDER);
        }
    }

    /** Two groups to a vector. Lanes that are masked out are not read, so their addresses may lie outside of x. */
    private static void halves(long start, int rows, int chunks, long chunkBytes, int live, long column, long values, long x, long sums) {
        long cs = column & MASK;
        long vs = values & MASK;
        for (int r = 0; r < live; r++) {
            FloatVector a = FloatVector.zero(F);
            for (int c = 0; c < chunks; c++) {
                long list = (start + 4L * ((long) c * rows + r)) & MASK;
                long xs = (x + c * chunkBytes) & MASK;
                int j = getInt(list);
                int end = getInt(list + 4);
                if ((end - j & 1) != 0) {
                    long i = j & INDEX;
                    long p = xs + (getShort(cs + 2 * i) << 2);
                    a = fromMemorySegment(F, ALL, vs + i * (STEP / 2), ORDER, LOWER).fma(fromMemorySegment(F, ALL, p, ORDER, LOWER), a);
                    j++;
                }
                for (; j < end; j += 2) {
                    long i = j & INDEX;
                    long p = xs + (getShort(cs + 2 * i) << 2);
                    long q = (xs + (getShort(cs + 2 * i + 2) << 2) - STEP / 2) & MASK;
                    FloatVector in = fromMemorySegment(F, ALL, p, ORDER, LOWER).blend(fromMemorySegment(F, ALL, q, ORDER, UPPER), UPPER);
                    a = fromMemorySegment(F, ALL, vs + i * (STEP / 2), ORDER).fma(in, a);
                }
            }
            a.intoMemorySegment(ALL, (sums + r * STEP) & MASK, ORDER);
        }
    }

    /** Four groups to a vector. */
    private static void quarters(long start, int rows, int chunks, long chunkBytes, int live, long column, long values, long x, long sums) {
        long cs = column & MASK;
        long vs = values & MASK;
        for (int r = 0; r < live; r++) {
            FloatVector a = FloatVector.zero(F);
            for (int c = 0; c < chunks; c++) {
                long list = (start + 4L * ((long) c * rows + r)) & MASK;
                long xs = (x + c * chunkBytes) & MASK;
                int j = getInt(list);
                int end = getInt(list + 4);
                for (; (end - j & 3) != 0; j++) {
                    long i = j & INDEX;
                    long p = xs + (getShort(cs + 2 * i) << 2);
                    a = fromMemorySegment(F, ALL, vs + i * (STEP / 4), ORDER, FIRST).fma(fromMemorySegment(F, ALL, p, ORDER, FIRST), a);
                }
                for (; j < end; j += 4) {
                    long i = j & INDEX;
                    long four = getLong(cs + 2 * i);
                    long p0 = xs + ((four >>> OF4 & LOW) << 2);
                    long p1 = (xs + ((four >>> OF4 + NEXT & LOW) << 2) - STEP / 4) & MASK;
                    long p2 = (xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2) - STEP / 2) & MASK;
                    long p3 = (xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2) - 3 * STEP / 4) & MASK;
                    FloatVector low = fromMemorySegment(F, ALL, p0, ORDER, FIRST).blend(fromMemorySegment(F, ALL, p1, ORDER, SECOND), SECOND);
                    FloatVector high = fromMemorySegment(F, ALL, p2, ORDER, THIRD).blend(fromMemorySegment(F, ALL, p3, ORDER, FOURTH), FOURTH);
                    a = fromMemorySegment(F, ALL, vs + i * (STEP / 4), ORDER).fma(low.blend(high, UPPER), a);
                }
            }
            a.intoMemorySegment(ALL, (sums + r * STEP) & MASK, ORDER);
        }
    }

    /** The first four floats become the sums over lanes of the four vectors. */
    static void fold(long sums) {
        long s = sums & MASK;
        FloatVector a = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector b = fromMemorySegment(F, ALL, s + STEP, ORDER);
        FloatVector c = fromMemorySegment(F, ALL, s + 2 * STEP, ORDER);
        FloatVector d = fromMemorySegment(F, ALL, s + 3 * STEP, ORDER);
        FloatVector ab = a.blend(b, Quads.ODD).add(b.blend(a, Quads.ODD).rearrange(Quads.SWAP1));
        FloatVector cd = c.blend(d, Quads.ODD).add(d.blend(c, Quads.ODD).rearrange(Quads.SWAP1));
        FloatVector all = ab.blend(cd, Quads.UPPER).add(cd.blend(ab, Quads.UPPER).rearrange(Quads.SWAP2));
        if (N >= 8) {
            all = all.add(all.rearrange(Quads.SWAP4));
        }
        if (N >= 16) {
            all = all.add(all.rearrange(Quads.SWAP8));
        }
        all.intoMemorySegment(ALL, s, ORDER);
    }
}
