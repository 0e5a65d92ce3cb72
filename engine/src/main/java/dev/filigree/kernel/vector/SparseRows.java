package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * One sparse output row at a time: each entry is one broadcast of its weight and one multiply-add per vector of its
 * input column. Sums of every other entry are kept apart, so that no addition waits for the one before.
 *
 * <p>The order of the statements matters. Past a fixed size of its graph (18,000 nodes; one vector read and multiply-add
 * takes about 1,000) the compiler no longer inlines the reads of single numbers, and a loop with a real call in it runs
 * three times slower. So an odd entry comes before the pairs, and each part reads its numbers before its vectors.
 */
final class SparseRows {

    /** Two columns are read as one int: reads, not arithmetic, bound these loops. */
    private static final long LOW = 0xFFFF;
    private static final int FIRST = ORDER == ByteOrder.LITTLE_ENDIAN ? 0 : 16;

    private SparseRows() {
    }

    /**
     * Rows {@code from .. to} of one column chunk, all lanes of a panel.
     *
     * @param start     address of the row starts of this chunk
     * @param values    first value; that of entry j is {@code j * valueStep} bytes on
     * @param shift     a panel row is {@code 1 << shift} bytes
     * @param rowStep   rows between neighbouring sparse rows, in x-rows of y and in entries of bias
     * @param biasStep  4, or 0 where bias is a single zero
     * @param more      whether y already holds the sum of earlier chunks, to which this one is added
     */
    static void run(long start, long column, long values, long valueStep, int shift, long x, long y, int rowStep, int from, int to, long bias, long biasStep,
            boolean more) {
        int left = (1 << shift >> 2) / N;
        long yStep = (long) rowStep << shift;
        long bStep = rowStep * biasStep;
        for (; left >= 4; left -= 4) {
            rows4(start, column, values, valueStep, shift, x, y, yStep, from, to, bias, bStep, more);
            x += 4 * STEP;
            y += 4 * STEP;
        }
        if (left >= 2) {
            rows2(start, column, values, valueStep, shift, x, y, yStep, from, to, bias, bStep, more);
        } else if (left == 1) {
            rows1(start, column, values, valueStep, shift, x, y, yStep, from, to, bias, bStep, more);
        }
    }

    private static void rows4(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to, long bias,
            long biasStep, boolean more) {
        int j = getInt((start + 4L * from) & MASK);
        long c = column + 2L * j;
        long q = values + valueStep * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            boolean odd = (end - j & 1) != 0;
            float single = 0;
            long p = x & MASK;
            if (odd) {
                single = getFloat(q & MASK);
                p = (x + (getShort(c & MASK) << shift)) & MASK;
                c += 2;
                q += valueStep;
                j++;
            }
            long o = (y + r * yStep) & MASK;
            FloatVector a0, a1, a2, a3;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
                a1 = fromMemorySegment(F, ALL, o + STEP, ORDER);
                a2 = fromMemorySegment(F, ALL, o + 2 * STEP, ORDER);
                a3 = fromMemorySegment(F, ALL, o + 3 * STEP, ORDER);
            } else {
                a0 = broadcast(F, first);
                a1 = broadcast(F, first);
                a2 = broadcast(F, first);
                a3 = broadcast(F, first);
            }
            if (odd) {
                FloatVector w = broadcast(F, single);
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
            }
            FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F), b2 = FloatVector.zero(F), b3 = FloatVector.zero(F);
            for (; j < end; j += 2) {
                int two = getInt(c & MASK);
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + valueStep) & MASK));
                p = (x + ((two >>> FIRST & LOW) << shift)) & MASK;
                long s = (x + ((two >>> 16 - FIRST & LOW) << shift)) & MASK;
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                b0 = u.fma(fromMemorySegment(F, ALL, s, ORDER), b0);
                b1 = u.fma(fromMemorySegment(F, ALL, s + STEP, ORDER), b1);
                b2 = u.fma(fromMemorySegment(F, ALL, s + 2 * STEP, ORDER), b2);
                b3 = u.fma(fromMemorySegment(F, ALL, s + 3 * STEP, ORDER), b3);
                c += 4;
                q += 2 * valueStep;
            }
            a0.add(b0).intoMemorySegment(ALL, o, ORDER);
            a1.add(b1).intoMemorySegment(ALL, o + STEP, ORDER);
            a2.add(b2).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.add(b3).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        }
    }

    private static void rows2(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to, long bias,
            long biasStep, boolean more) {
        int j = getInt((start + 4L * from) & MASK);
        long c = column + 2L * j;
        long q = values + valueStep * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            boolean odd = (end - j & 1) != 0;
            float single = 0;
            long p = x & MASK;
            if (odd) {
                single = getFloat(q & MASK);
                p = (x + (getShort(c & MASK) << shift)) & MASK;
                c += 2;
                q += valueStep;
                j++;
            }
            long o = (y + r * yStep) & MASK;
            FloatVector a0, a1;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
                a1 = fromMemorySegment(F, ALL, o + STEP, ORDER);
            } else {
                a0 = broadcast(F, first);
                a1 = broadcast(F, first);
            }
            if (odd) {
                FloatVector w = broadcast(F, single);
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
            }
            FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F);
            for (; j < end; j += 2) {
                int two = getInt(c & MASK);
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + valueStep) & MASK));
                p = (x + ((two >>> FIRST & LOW) << shift)) & MASK;
                long s = (x + ((two >>> 16 - FIRST & LOW) << shift)) & MASK;
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                b0 = u.fma(fromMemorySegment(F, ALL, s, ORDER), b0);
                b1 = u.fma(fromMemorySegment(F, ALL, s + STEP, ORDER), b1);
                c += 4;
                q += 2 * valueStep;
            }
            a0.add(b0).intoMemorySegment(ALL, o, ORDER);
            a1.add(b1).intoMemorySegment(ALL, o + STEP, ORDER);
        }
    }

    private static void rows1(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to, long bias,
            long biasStep, boolean more) {
        int j = getInt((start + 4L * from) & MASK);
        long c = column + 2L * j;
        long q = values + valueStep * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            boolean odd = (end - j & 1) != 0;
            float single = 0;
            long p = x & MASK;
            if (odd) {
                single = getFloat(q & MASK);
                p = (x + (getShort(c & MASK) << shift)) & MASK;
                c += 2;
                q += valueStep;
                j++;
            }
            long o = (y + r * yStep) & MASK;
            FloatVector a0;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
            } else {
                a0 = broadcast(F, first);
            }
            if (odd) {
                FloatVector w = broadcast(F, single);
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            }
            FloatVector b0 = FloatVector.zero(F);
            for (; j < end; j += 2) {
                int two = getInt(c & MASK);
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + valueStep) & MASK));
                p = (x + ((two >>> FIRST & LOW) << shift)) & MASK;
                long s = (x + ((two >>> 16 - FIRST & LOW) << shift)) & MASK;
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                b0 = u.fma(fromMemorySegment(F, ALL, s, ORDER), b0);
                c += 4;
                q += 2 * valueStep;
            }
            a0.add(b0).intoMemorySegment(ALL, o, ORDER);
        }
    }
}
