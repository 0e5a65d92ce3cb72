package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
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
 * {@link SparseRows} for pixels: rows of x and of y are any distance apart, and a strip may be five vectors wide, for
 * 14x14 pixels are thirteen vectors and 28x28 are forty-nine. What is said there about the order of the statements
 * holds here; five sums keep the arithmetic busy alone, fewer need a second set.
 */
final class StripRows {

    private static final long LOW = 0xFFFF_FFFFL;
    private static final int FIRST = ORDER == ByteOrder.LITTLE_ENDIAN ? 0 : 32;

    private StripRows() {
    }

    /**
     * Rows {@code from .. to} of one column chunk over a strip of pixels; all steps in bytes.
     *
     * @param start    address of the row starts of this chunk
     * @param x        the strip's first pixel in column 0, {@code xStep} from column to column
     * @param y        the strip's first pixel in row 0, {@code yStep} from row to row
     * @param vectors  width of the strip
     * @param biasStep 4, or 0 where bias is a single zero
     * @param more     whether y already holds the sum of earlier chunks, to which this one is added
     * @param relu     whether y becomes {@code max(0, sum)}
     */
    static void run(long start, long column, long values, long x, long xStep, long y, long yStep, int vectors, int from, int to, long bias, long biasStep,
            boolean more, boolean relu) {
        for (int left = vectors; left > 0;) {
            int n = left == 5 || left > 8 && left % 4 != 0 ? 5 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
            switch (n) {
                case 5 -> rows5(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more, relu);
                case 4 -> rows4(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more, relu);
                case 2 -> rows2(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more, relu);
                default -> rows1(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more, relu);
            }
            x += n * STEP;
            y += n * STEP;
            left -= n;
        }
    }


    private static void rows5(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more, boolean relu) {
        int j = getInt((start + 4L * from) & MASK);
        long c = column + 4L * j;
        long q = values + 4L * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            boolean odd = (end - j & 1) != 0;
            float single = 0;
            long p = x & MASK;
            if (odd) {
                single = getFloat(q & MASK);
                p = (x + getInt(c & MASK) * xStep) & MASK;
                c += 4;
                q += 4;
                j++;
            }
            long o = (y + r * yStep) & MASK;
            FloatVector a0, a1, a2, a3, a4;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
                a1 = fromMemorySegment(F, ALL, o + STEP, ORDER);
                a2 = fromMemorySegment(F, ALL, o + 2 * STEP, ORDER);
                a3 = fromMemorySegment(F, ALL, o + 3 * STEP, ORDER);
                a4 = fromMemorySegment(F, ALL, o + 4 * STEP, ORDER);
            } else {
                a0 = broadcast(F, first);
                a1 = broadcast(F, first);
                a2 = broadcast(F, first);
                a3 = broadcast(F, first);
                a4 = broadcast(F, first);
            }
            if (odd) {
                FloatVector w = broadcast(F, single);
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                a4 = w.fma(fromMemorySegment(F, ALL, p + 4 * STEP, ORDER), a4);
            }
            for (; j < end; j += 2) {
                long two = getLong(c & MASK);
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + 4) & MASK));
                p = (x + (two >>> FIRST & LOW) * xStep) & MASK;
                long s = (x + (two >>> 32 - FIRST & LOW) * xStep) & MASK;
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                a4 = w.fma(fromMemorySegment(F, ALL, p + 4 * STEP, ORDER), a4);
                a0 = u.fma(fromMemorySegment(F, ALL, s, ORDER), a0);
                a1 = u.fma(fromMemorySegment(F, ALL, s + STEP, ORDER), a1);
                a2 = u.fma(fromMemorySegment(F, ALL, s + 2 * STEP, ORDER), a2);
                a3 = u.fma(fromMemorySegment(F, ALL, s + 3 * STEP, ORDER), a3);
                a4 = u.fma(fromMemorySegment(F, ALL, s + 4 * STEP, ORDER), a4);
                c += 8;
                q += 8;
            }
            if (relu) {
                a0.max(0f).intoMemorySegment(ALL, o, ORDER);
                a1.max(0f).intoMemorySegment(ALL, o + STEP, ORDER);
                a2.max(0f).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
                a3.max(0f).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
                a4.max(0f).intoMemorySegment(ALL, o + 4 * STEP, ORDER);
            } else {
                a0.intoMemorySegment(ALL, o, ORDER);
                a1.intoMemorySegment(ALL, o + STEP, ORDER);
                a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
                a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
                a4.intoMemorySegment(ALL, o + 4 * STEP, ORDER);
            }
        }
    }

    private static void rows4(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more, boolean relu) {
        int j = getInt((start + 4L * from) & MASK);
        long c = column + 4L * j;
        long q = values + 4L * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            boolean odd = (end - j & 1) != 0;
            float single = 0;
            long p = x & MASK;
            if (odd) {
                single = getFloat(q & MASK);
                p = (x + getInt(c & MASK) * xStep) & MASK;
                c += 4;
                q += 4;
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
                long two = getLong(c & MASK);
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + 4) & MASK));
                p = (x + (two >>> FIRST & LOW) * xStep) & MASK;
                long s = (x + (two >>> 32 - FIRST & LOW) * xStep) & MASK;
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                b0 = u.fma(fromMemorySegment(F, ALL, s, ORDER), b0);
                b1 = u.fma(fromMemorySegment(F, ALL, s + STEP, ORDER), b1);
                b2 = u.fma(fromMemorySegment(F, ALL, s + 2 * STEP, ORDER), b2);
                b3 = u.fma(fromMemorySegment(F, ALL, s + 3 * STEP, ORDER), b3);
                c += 8;
                q += 8;
            }
            a0 = a0.add(b0);
            a1 = a1.add(b1);
            a2 = a2.add(b2);
            a3 = a3.add(b3);
            if (relu) {
                a0.max(0f).intoMemorySegment(ALL, o, ORDER);
                a1.max(0f).intoMemorySegment(ALL, o + STEP, ORDER);
                a2.max(0f).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
                a3.max(0f).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            } else {
                a0.intoMemorySegment(ALL, o, ORDER);
                a1.intoMemorySegment(ALL, o + STEP, ORDER);
                a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
                a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            }
        }
    }

    private static void rows2(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more, boolean relu) {
        int j = getInt((start + 4L * from) & MASK);
        long c = column + 4L * j;
        long q = values + 4L * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            boolean odd = (end - j & 1) != 0;
            float single = 0;
            long p = x & MASK;
            if (odd) {
                single = getFloat(q & MASK);
                p = (x + getInt(c & MASK) * xStep) & MASK;
                c += 4;
                q += 4;
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
                long two = getLong(c & MASK);
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + 4) & MASK));
                p = (x + (two >>> FIRST & LOW) * xStep) & MASK;
                long s = (x + (two >>> 32 - FIRST & LOW) * xStep) & MASK;
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                b0 = u.fma(fromMemorySegment(F, ALL, s, ORDER), b0);
                b1 = u.fma(fromMemorySegment(F, ALL, s + STEP, ORDER), b1);
                c += 8;
                q += 8;
            }
            a0 = a0.add(b0);
            a1 = a1.add(b1);
            if (relu) {
                a0.max(0f).intoMemorySegment(ALL, o, ORDER);
                a1.max(0f).intoMemorySegment(ALL, o + STEP, ORDER);
            } else {
                a0.intoMemorySegment(ALL, o, ORDER);
                a1.intoMemorySegment(ALL, o + STEP, ORDER);
            }
        }
    }

    private static void rows1(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more, boolean relu) {
        int j = getInt((start + 4L * from) & MASK);
        long c = column + 4L * j;
        long q = values + 4L * j;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            boolean odd = (end - j & 1) != 0;
            float single = 0;
            long p = x & MASK;
            if (odd) {
                single = getFloat(q & MASK);
                p = (x + getInt(c & MASK) * xStep) & MASK;
                c += 4;
                q += 4;
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
                long two = getLong(c & MASK);
                FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                FloatVector u = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (q + 4) & MASK));
                p = (x + (two >>> FIRST & LOW) * xStep) & MASK;
                long s = (x + (two >>> 32 - FIRST & LOW) * xStep) & MASK;
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                b0 = u.fma(fromMemorySegment(F, ALL, s, ORDER), b0);
                c += 8;
                q += 8;
            }
            a0 = a0.add(b0);
            if (relu) {
                a0.max(0f).intoMemorySegment(ALL, o, ORDER);
            } else {
                a0.intoMemorySegment(ALL, o, ORDER);
            }
        }
    }
}
