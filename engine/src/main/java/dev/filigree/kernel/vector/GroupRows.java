package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.PANEL;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link SparseRows} for groups of neighbouring columns. Two or four columns are a step, whichever the size of the compiler's
 * graph allows: one index gives the address of them all, and no row has an odd entry. A group is {@code 1 << steps} steps,
 * which read the same index again; a loop inside each group would cost more than that.
 */
final class GroupRows {

    private GroupRows() {
    }

    /**
     * Rows {@code from .. to} of one column chunk, all lanes of a panel.
     *
     * @param start     address of the row starts of this chunk, counted in groups
     * @param groupCols 4, 8 or 16
     * @param shift     a panel row is {@code 1 << shift} bytes
     * @param biasStep  4, or 0 where bias is a single zero
     * @param more      whether y already holds the sum of earlier chunks, to which this one is added
     */
    static void run(long start, long column, long values, int groupCols, int shift, long x, long y, int from, int to, long bias, long biasStep, boolean more) {
        int log = Integer.numberOfTrailingZeros(groupCols);
        int left = (1 << shift >> 2) / N;
        for (; left >= 4; left -= 4) {
            rows4(start, column, values, log - 1, shift, x, y, from, to, bias, biasStep, more);
            x += 4 * STEP;
            y += 4 * STEP;
        }
        if (left >= 2) {
            rows2(start, column, values, log - 2, shift, x, y, from, to, bias, biasStep, more);
        } else if (left == 1) {
            rows1(start, column, values, log - 2, shift, x, y, from, to, bias, biasStep, more);
        }
    }

    private static void rows4(long start, long column, long values, int steps, int panelShift, long x, long y, int from, int to, long bias, long biasStep,
            boolean more) {
        int shift = N == 16 ? 8 : panelShift; // with the longest vectors, 4 of them are a panel row
        long step = 1L << shift;
        long inGroup = (1L << steps) - 1;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK) << steps;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK) << steps;
            float first = getFloat((bias + r * biasStep) & MASK);
            long o = (y + ((long) r << shift)) & MASK;
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
            FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F), b2 = FloatVector.zero(F), b3 = FloatVector.zero(F);
            for (; j < end; j++) {
                long i = j & INDEX;
                long p0 = xs + (getShort(cs + 2 * (i >> steps)) << shift & PANEL) + ((i & inGroup) << shift + 1 & PANEL);
                long q = vs + 8 * i;
                int w0 = ALL.get(JAVA_INT_UNALIGNED, q);
                int w1 = ALL.get(JAVA_INT_UNALIGNED, q + 4);
                long p1 = p0 + step;
                FloatVector u0 = IntVector.broadcast(I, w0).reinterpretAsFloats();
                a0 = u0.fma(fromMemorySegment(F, ALL, p0, ORDER), a0);
                a1 = u0.fma(fromMemorySegment(F, ALL, p0 + STEP, ORDER), a1);
                a2 = u0.fma(fromMemorySegment(F, ALL, p0 + 2 * STEP, ORDER), a2);
                a3 = u0.fma(fromMemorySegment(F, ALL, p0 + 3 * STEP, ORDER), a3);
                FloatVector u1 = IntVector.broadcast(I, w1).reinterpretAsFloats();
                b0 = u1.fma(fromMemorySegment(F, ALL, p1, ORDER), b0);
                b1 = u1.fma(fromMemorySegment(F, ALL, p1 + STEP, ORDER), b1);
                b2 = u1.fma(fromMemorySegment(F, ALL, p1 + 2 * STEP, ORDER), b2);
                b3 = u1.fma(fromMemorySegment(F, ALL, p1 + 3 * STEP, ORDER), b3);
            }
            a0.add(b0).intoMemorySegment(ALL, o, ORDER);
            a1.add(b1).intoMemorySegment(ALL, o + STEP, ORDER);
            a2.add(b2).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.add(b3).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        }
    }

    private static void rows2(long start, long column, long values, int steps, int panelShift, long x, long y, int from, int to, long bias, long biasStep,
            boolean more) {
        int shift = N == 16 ? 7 : panelShift; // with the longest vectors, 2 of them are a panel row
        long step = 1L << shift;
        long inGroup = (1L << steps) - 1;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK) << steps;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK) << steps;
            float first = getFloat((bias + r * biasStep) & MASK);
            long o = (y + ((long) r << shift)) & MASK;
            FloatVector a0, a1;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
                a1 = fromMemorySegment(F, ALL, o + STEP, ORDER);
            } else {
                a0 = broadcast(F, first);
                a1 = broadcast(F, first);
            }
            FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F);
            FloatVector e0 = FloatVector.zero(F), e1 = FloatVector.zero(F);
            FloatVector d0 = FloatVector.zero(F), d1 = FloatVector.zero(F);
            for (; j < end; j++) {
                long i = j & INDEX;
                long p0 = xs + (getShort(cs + 2 * (i >> steps)) << shift & PANEL) + ((i & inGroup) << shift + 2 & PANEL);
                long q = vs + 16 * i;
                int w0 = ALL.get(JAVA_INT_UNALIGNED, q);
                int w1 = ALL.get(JAVA_INT_UNALIGNED, q + 4);
                int w2 = ALL.get(JAVA_INT_UNALIGNED, q + 8);
                int w3 = ALL.get(JAVA_INT_UNALIGNED, q + 12);
                long p1 = p0 + step;
                long p2 = p0 + 2 * step;
                long p3 = p0 + 3 * step;
                FloatVector u0 = IntVector.broadcast(I, w0).reinterpretAsFloats();
                a0 = u0.fma(fromMemorySegment(F, ALL, p0, ORDER), a0);
                a1 = u0.fma(fromMemorySegment(F, ALL, p0 + STEP, ORDER), a1);
                FloatVector u1 = IntVector.broadcast(I, w1).reinterpretAsFloats();
                b0 = u1.fma(fromMemorySegment(F, ALL, p1, ORDER), b0);
                b1 = u1.fma(fromMemorySegment(F, ALL, p1 + STEP, ORDER), b1);
                FloatVector u2 = IntVector.broadcast(I, w2).reinterpretAsFloats();
                e0 = u2.fma(fromMemorySegment(F, ALL, p2, ORDER), e0);
                e1 = u2.fma(fromMemorySegment(F, ALL, p2 + STEP, ORDER), e1);
                FloatVector u3 = IntVector.broadcast(I, w3).reinterpretAsFloats();
                d0 = u3.fma(fromMemorySegment(F, ALL, p3, ORDER), d0);
                d1 = u3.fma(fromMemorySegment(F, ALL, p3 + STEP, ORDER), d1);
            }
            a0.add(b0).add(e0.add(d0)).intoMemorySegment(ALL, o, ORDER);
            a1.add(b1).add(e1.add(d1)).intoMemorySegment(ALL, o + STEP, ORDER);
        }
    }

    private static void rows1(long start, long column, long values, int steps, int panelShift, long x, long y, int from, int to, long bias, long biasStep,
            boolean more) {
        int shift = N == 16 ? 6 : panelShift; // with the longest vectors, 1 of them are a panel row
        long step = 1L << shift;
        long inGroup = (1L << steps) - 1;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK) << steps;
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK) << steps;
            float first = getFloat((bias + r * biasStep) & MASK);
            long o = (y + ((long) r << shift)) & MASK;
            FloatVector a0;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
            } else {
                a0 = broadcast(F, first);
            }
            FloatVector b0 = FloatVector.zero(F);
            FloatVector e0 = FloatVector.zero(F);
            FloatVector d0 = FloatVector.zero(F);
            for (; j < end; j++) {
                long i = j & INDEX;
                long p0 = xs + (getShort(cs + 2 * (i >> steps)) << shift & PANEL) + ((i & inGroup) << shift + 2 & PANEL);
                long q = vs + 16 * i;
                int w0 = ALL.get(JAVA_INT_UNALIGNED, q);
                int w1 = ALL.get(JAVA_INT_UNALIGNED, q + 4);
                int w2 = ALL.get(JAVA_INT_UNALIGNED, q + 8);
                int w3 = ALL.get(JAVA_INT_UNALIGNED, q + 12);
                long p1 = p0 + step;
                long p2 = p0 + 2 * step;
                long p3 = p0 + 3 * step;
                FloatVector u0 = IntVector.broadcast(I, w0).reinterpretAsFloats();
                a0 = u0.fma(fromMemorySegment(F, ALL, p0, ORDER), a0);
                FloatVector u1 = IntVector.broadcast(I, w1).reinterpretAsFloats();
                b0 = u1.fma(fromMemorySegment(F, ALL, p1, ORDER), b0);
                FloatVector u2 = IntVector.broadcast(I, w2).reinterpretAsFloats();
                e0 = u2.fma(fromMemorySegment(F, ALL, p2, ORDER), e0);
                FloatVector u3 = IntVector.broadcast(I, w3).reinterpretAsFloats();
                d0 = u3.fma(fromMemorySegment(F, ALL, p3, ORDER), d0);
            }
            a0.add(b0).add(e0.add(d0)).intoMemorySegment(ALL, o, ORDER);
        }
    }
}
