package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.SPAN;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Sparse rows over a strip of pixels, up to eight vectors wide: each entry is one broadcast of its weight and one
 * multiply-add per vector. {@link SparseRows} takes two entries of four vectors at a time; seven vectors keep the
 * arithmetic busy with one entry, read longer runs of memory, and divide the sizes that images have: 28x28, 56x56 and
 * 112x112 pixels are 7, 28 and 112 times seven vectors, 14x14 are seven and six. Rows of 8, 16 and 32 pixels whose images
 * are dealt to lanes are eights.
 */
final class StripRows {

    private static final int WIDEST = 8;

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
     */
    static void run(long start, long column, long values, long x, long xStep, long y, long yStep, int vectors, int from, int to, long bias, long biasStep,
            boolean more) {
        for (int left = vectors; left > 0;) {
            int even = Math.ceilDiv(left, Math.ceilDiv(left, WIDEST));
            int n = even == 3 ? 2 : even;
            switch (n) {
                case 8 -> rows8(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more);
                case 7 -> rows7(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more);
                case 6 -> rows6(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more);
                case 5 -> rows5(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more);
                case 4 -> rows4(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more);
                case 2 -> rows2(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more);
                default -> rows1(start, column, values, x, xStep, y, yStep, from, to, bias, biasStep, more);
            }
            x += n * STEP;
            y += n * STEP;
            left -= n;
        }
    }

    /** {@code y = max(0, y)} for rows {@code from .. to} of a strip. In the loops above it would leave reads as calls, see {@link SparseRows}. */
    static void relu(long y, long yStep, int vectors, int from, int to) {
        for (int r = from; r < to; r++) {
            for (int i = 0; i < vectors; i++) {
                long o = (y + r * yStep + i * STEP) & MASK;
                fromMemorySegment(F, ALL, o, ORDER).max(0f).intoMemorySegment(ALL, o, ORDER);
            }
        }
    }

    private static void rows8(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more) {
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            long o = (y + r * yStep) & MASK;
            FloatVector a0, a1, a2, a3, a4, a5, a6, a7;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
                a1 = fromMemorySegment(F, ALL, o + STEP, ORDER);
                a2 = fromMemorySegment(F, ALL, o + 2 * STEP, ORDER);
                a3 = fromMemorySegment(F, ALL, o + 3 * STEP, ORDER);
                a4 = fromMemorySegment(F, ALL, o + 4 * STEP, ORDER);
                a5 = fromMemorySegment(F, ALL, o + 5 * STEP, ORDER);
                a6 = fromMemorySegment(F, ALL, o + 6 * STEP, ORDER);
                a7 = fromMemorySegment(F, ALL, o + 7 * STEP, ORDER);
            } else {
                a0 = broadcast(F, first);
                a1 = broadcast(F, first);
                a2 = broadcast(F, first);
                a3 = broadcast(F, first);
                a4 = broadcast(F, first);
                a5 = broadcast(F, first);
                a6 = broadcast(F, first);
                a7 = broadcast(F, first);
            }
            for (; j < end; j++) {
                long i = j & INDEX;
                long p = xs + (getInt(cs + 4 * i) * xStep & SPAN);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                a4 = w.fma(fromMemorySegment(F, ALL, p + 4 * STEP, ORDER), a4);
                a5 = w.fma(fromMemorySegment(F, ALL, p + 5 * STEP, ORDER), a5);
                a6 = w.fma(fromMemorySegment(F, ALL, p + 6 * STEP, ORDER), a6);
                a7 = w.fma(fromMemorySegment(F, ALL, p + 7 * STEP, ORDER), a7);
            }
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
            a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            a4.intoMemorySegment(ALL, o + 4 * STEP, ORDER);
            a5.intoMemorySegment(ALL, o + 5 * STEP, ORDER);
            a6.intoMemorySegment(ALL, o + 6 * STEP, ORDER);
            a7.intoMemorySegment(ALL, o + 7 * STEP, ORDER);
        }
    }

    private static void rows7(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more) {
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            long o = (y + r * yStep) & MASK;
            FloatVector a0, a1, a2, a3, a4, a5, a6;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
                a1 = fromMemorySegment(F, ALL, o + STEP, ORDER);
                a2 = fromMemorySegment(F, ALL, o + 2 * STEP, ORDER);
                a3 = fromMemorySegment(F, ALL, o + 3 * STEP, ORDER);
                a4 = fromMemorySegment(F, ALL, o + 4 * STEP, ORDER);
                a5 = fromMemorySegment(F, ALL, o + 5 * STEP, ORDER);
                a6 = fromMemorySegment(F, ALL, o + 6 * STEP, ORDER);
            } else {
                a0 = broadcast(F, first);
                a1 = broadcast(F, first);
                a2 = broadcast(F, first);
                a3 = broadcast(F, first);
                a4 = broadcast(F, first);
                a5 = broadcast(F, first);
                a6 = broadcast(F, first);
            }
            for (; j < end; j++) {
                long i = j & INDEX;
                long p = xs + (getInt(cs + 4 * i) * xStep & SPAN);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                a4 = w.fma(fromMemorySegment(F, ALL, p + 4 * STEP, ORDER), a4);
                a5 = w.fma(fromMemorySegment(F, ALL, p + 5 * STEP, ORDER), a5);
                a6 = w.fma(fromMemorySegment(F, ALL, p + 6 * STEP, ORDER), a6);
            }
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
            a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            a4.intoMemorySegment(ALL, o + 4 * STEP, ORDER);
            a5.intoMemorySegment(ALL, o + 5 * STEP, ORDER);
            a6.intoMemorySegment(ALL, o + 6 * STEP, ORDER);
        }
    }

    private static void rows6(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more) {
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            long o = (y + r * yStep) & MASK;
            FloatVector a0, a1, a2, a3, a4, a5;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
                a1 = fromMemorySegment(F, ALL, o + STEP, ORDER);
                a2 = fromMemorySegment(F, ALL, o + 2 * STEP, ORDER);
                a3 = fromMemorySegment(F, ALL, o + 3 * STEP, ORDER);
                a4 = fromMemorySegment(F, ALL, o + 4 * STEP, ORDER);
                a5 = fromMemorySegment(F, ALL, o + 5 * STEP, ORDER);
            } else {
                a0 = broadcast(F, first);
                a1 = broadcast(F, first);
                a2 = broadcast(F, first);
                a3 = broadcast(F, first);
                a4 = broadcast(F, first);
                a5 = broadcast(F, first);
            }
            for (; j < end; j++) {
                long i = j & INDEX;
                long p = xs + (getInt(cs + 4 * i) * xStep & SPAN);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                a4 = w.fma(fromMemorySegment(F, ALL, p + 4 * STEP, ORDER), a4);
                a5 = w.fma(fromMemorySegment(F, ALL, p + 5 * STEP, ORDER), a5);
            }
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
            a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            a4.intoMemorySegment(ALL, o + 4 * STEP, ORDER);
            a5.intoMemorySegment(ALL, o + 5 * STEP, ORDER);
        }
    }

    private static void rows5(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more) {
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
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
            for (; j < end; j++) {
                long i = j & INDEX;
                long p = xs + (getInt(cs + 4 * i) * xStep & SPAN);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                a4 = w.fma(fromMemorySegment(F, ALL, p + 4 * STEP, ORDER), a4);
            }
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
            a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            a4.intoMemorySegment(ALL, o + 4 * STEP, ORDER);
        }
    }

    private static void rows4(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more) {
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
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
            for (; j < end; j++) {
                long i = j & INDEX;
                long p = xs + (getInt(cs + 4 * i) * xStep & SPAN);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
            }
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
            a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        }
    }

    private static void rows2(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more) {
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            long o = (y + r * yStep) & MASK;
            FloatVector a0, a1;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
                a1 = fromMemorySegment(F, ALL, o + STEP, ORDER);
            } else {
                a0 = broadcast(F, first);
                a1 = broadcast(F, first);
            }
            for (; j < end; j++) {
                long i = j & INDEX;
                long p = xs + (getInt(cs + 4 * i) * xStep & SPAN);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
            }
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
        }
    }

    private static void rows1(long start, long column, long values, long x, long xStep, long y, long yStep, int from, int to, long bias, long biasStep,
            boolean more) {
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            long o = (y + r * yStep) & MASK;
            FloatVector a0;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
            } else {
                a0 = broadcast(F, first);
            }
            for (; j < end; j++) {
                long i = j & INDEX;
                long p = xs + (getInt(cs + 4 * i) * xStep & SPAN);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            }
            a0.intoMemorySegment(ALL, o, ORDER);
        }
    }
}
