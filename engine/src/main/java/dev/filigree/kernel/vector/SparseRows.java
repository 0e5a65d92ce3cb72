package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;

/**
 * One sparse output row at a time: each entry is one broadcast of its weight and one multiply-add per vector of its
 * input column. Sums of even and odd entries are kept apart, so that no addition waits for the one before.
 */
final class SparseRows {

    /** Two columns are read as one long: reads, not arithmetic, bound these loops. */
    private static final long LOW = 0xFFFF_FFFFL;
    private static final int FIRST = ORDER == ByteOrder.LITTLE_ENDIAN ? 0 : 32;

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
        long c = column + 4L * j;
        long q = values + valueStep * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F), a2 = FloatVector.zero(F), a3 = FloatVector.zero(F);
            FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F), b2 = FloatVector.zero(F), b3 = FloatVector.zero(F);
            for (; j + 1 < end; j += 2) {
                long two = getLong(c & MASK);
                long p = (x + ((two >>> FIRST & LOW) << shift)) & MASK;
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                long o = (x + ((two >>> 32 - FIRST & LOW) << shift)) & MASK;
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + valueStep) & MASK));
                b0 = u.fma(fromMemorySegment(F, ALL, o, ORDER), b0);
                b1 = u.fma(fromMemorySegment(F, ALL, o + STEP, ORDER), b1);
                b2 = u.fma(fromMemorySegment(F, ALL, o + 2 * STEP, ORDER), b2);
                b3 = u.fma(fromMemorySegment(F, ALL, o + 3 * STEP, ORDER), b3);
                c += 8;
                q += 2 * valueStep;
            }
            if (j < end) {
                long p = (x + ((long) getInt(c & MASK) << shift)) & MASK;
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                c += 4;
                q += valueStep;
                j++;
            }
            long o = (y + r * yStep) & MASK;
            if (more) {
                a0.add(b0).add(fromMemorySegment(F, ALL, o, ORDER)).intoMemorySegment(ALL, o, ORDER);
                a1.add(b1).add(fromMemorySegment(F, ALL, o + STEP, ORDER)).intoMemorySegment(ALL, o + STEP, ORDER);
                a2.add(b2).add(fromMemorySegment(F, ALL, o + 2 * STEP, ORDER)).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
                a3.add(b3).add(fromMemorySegment(F, ALL, o + 3 * STEP, ORDER)).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            } else {
                a0.add(b0).add(first).intoMemorySegment(ALL, o, ORDER);
                a1.add(b1).add(first).intoMemorySegment(ALL, o + STEP, ORDER);
                a2.add(b2).add(first).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
                a3.add(b3).add(first).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            }
        }
    }

    private static void rows2(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to, long bias,
            long biasStep, boolean more) {
        int j = getInt((start + 4L * from) & MASK);
        long c = column + 4L * j;
        long q = values + valueStep * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F);
            FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F);
            for (; j + 1 < end; j += 2) {
                long two = getLong(c & MASK);
                long p = (x + ((two >>> FIRST & LOW) << shift)) & MASK;
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                long o = (x + ((two >>> 32 - FIRST & LOW) << shift)) & MASK;
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + valueStep) & MASK));
                b0 = u.fma(fromMemorySegment(F, ALL, o, ORDER), b0);
                b1 = u.fma(fromMemorySegment(F, ALL, o + STEP, ORDER), b1);
                c += 8;
                q += 2 * valueStep;
            }
            if (j < end) {
                long p = (x + ((long) getInt(c & MASK) << shift)) & MASK;
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                c += 4;
                q += valueStep;
                j++;
            }
            long o = (y + r * yStep) & MASK;
            if (more) {
                a0.add(b0).add(fromMemorySegment(F, ALL, o, ORDER)).intoMemorySegment(ALL, o, ORDER);
                a1.add(b1).add(fromMemorySegment(F, ALL, o + STEP, ORDER)).intoMemorySegment(ALL, o + STEP, ORDER);
            } else {
                a0.add(b0).add(first).intoMemorySegment(ALL, o, ORDER);
                a1.add(b1).add(first).intoMemorySegment(ALL, o + STEP, ORDER);
            }
        }
    }

    private static void rows1(long start, long column, long values, long valueStep, int shift, long x, long y, long yStep, int from, int to, long bias,
            long biasStep, boolean more) {
        int j = getInt((start + 4L * from) & MASK);
        long c = column + 4L * j;
        long q = values + valueStep * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            FloatVector a0 = FloatVector.zero(F);
            FloatVector b0 = FloatVector.zero(F);
            for (; j + 1 < end; j += 2) {
                long two = getLong(c & MASK);
                long p = (x + ((two >>> FIRST & LOW) << shift)) & MASK;
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                long o = (x + ((two >>> 32 - FIRST & LOW) << shift)) & MASK;
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + valueStep) & MASK));
                b0 = u.fma(fromMemorySegment(F, ALL, o, ORDER), b0);
                c += 8;
                q += 2 * valueStep;
            }
            if (j < end) {
                long p = (x + ((long) getInt(c & MASK) << shift)) & MASK;
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                c += 4;
                q += valueStep;
                j++;
            }
            long o = (y + r * yStep) & MASK;
            if (more) {
                a0.add(b0).add(fromMemorySegment(F, ALL, o, ORDER)).intoMemorySegment(ALL, o, ORDER);
            } else {
                a0.add(b0).add(first).intoMemorySegment(ALL, o, ORDER);
            }
        }
    }
}
