package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.LOW;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.NEXT;
import static dev.filigree.kernel.vector.Lanes.OF2;
import static dev.filigree.kernel.vector.Lanes.OF4;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.PANEL;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * One sparse output row at a time: each entry is one broadcast of its weight and one multiply-add per vector of its
 * input column. Sums of neighbouring entries are kept apart, so that no addition waits for the one before.
 *
 * <p>What bounds these loops is the number of instructions around the multiply-adds. Base addresses are therefore masked
 * once, and what is added to them is a number whose range the compiler can see (an index cut to 31 bits, a column of 16
 * bits shifted by a constant): then it needs neither a check nor a mask for their sum, and the sum itself costs nothing.
 *
 * <p>The order of the statements matters too. Past a fixed size of its graph (18,000 nodes; one vector read and multiply-add
 * takes about 1,000) the compiler no longer inlines the reads of single numbers, and a loop with a real call in it runs
 * three times slower. So odd entries come before the others, and each part reads its numbers before its vectors.
 */
final class SparseRows {

    private SparseRows() {
    }

    /**
     * Rows {@code from .. to} of one column chunk, all lanes of a panel.
     *
     * @param start     address of the row starts of this chunk
     * @param shift     a panel row is {@code 1 << shift} bytes
     * @param biasStep  4, or 0 where bias is a single zero
     * @param more      whether y already holds the sum of earlier chunks, to which this one is added
     */
    static void run(long start, long column, long values, int shift, long x, long y, int from, int to, long bias, long biasStep, boolean more) {
        int left = (1 << shift >> 2) / N;
        for (; left >= 4; left -= 4) {
            rows4(start, column, values, shift, x, y, from, to, bias, biasStep, more);
            x += 4 * STEP;
            y += 4 * STEP;
        }
        if (left >= 2) {
            rows2(start, column, values, shift, x, y, from, to, bias, biasStep, more);
        } else if (left == 1) {
            rows1(start, column, values, shift, x, y, from, to, bias, biasStep, more);
        }
    }

    private static void rows4(long start, long column, long values, int panelShift, long x, long y, int from, int to, long bias, long biasStep,
            boolean more) {
        int shift = N == 16 ? 8 : panelShift; // with the longest vectors, 4 of them are a panel row
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
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
            if ((end - j & 1) != 0) {
                long i = j & INDEX;
                long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                j++;
            }
            FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F), b2 = FloatVector.zero(F), b3 = FloatVector.zero(F);
            for (; j < end; j += 2) {
                long i = j & INDEX;
                int two = getInt(cs + 2 * i);
                int w0 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i);
                int w1 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i + 4);
                long p0 = xs + ((two >>> OF2 & LOW) << shift & PANEL);
                long p1 = xs + ((two >>> OF2 + NEXT & LOW) << shift & PANEL);
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

    private static void rows2(long start, long column, long values, int panelShift, long x, long y, int from, int to, long bias, long biasStep,
            boolean more) {
        int shift = N == 16 ? 7 : panelShift; // with the longest vectors, 2 of them are a panel row
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
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
            for (; (end - j & 3) != 0; j++) {
                long i = j & INDEX;
                long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
            }
            FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F);
            FloatVector e0 = FloatVector.zero(F), e1 = FloatVector.zero(F);
            FloatVector d0 = FloatVector.zero(F), d1 = FloatVector.zero(F);
            for (; j < end; j += 4) {
                long i = j & INDEX;
                long four = getLong(cs + 2 * i);
                int w0 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i);
                int w1 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i + 4);
                int w2 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i + 8);
                int w3 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i + 12);
                long p0 = xs + ((four >>> OF4 & LOW) << shift & PANEL);
                long p1 = xs + ((four >>> OF4 + NEXT & LOW) << shift & PANEL);
                long p2 = xs + ((four >>> OF4 + 2 * NEXT & LOW) << shift & PANEL);
                long p3 = xs + ((four >>> OF4 + 3 * NEXT & LOW) << shift & PANEL);
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

    private static void rows1(long start, long column, long values, int panelShift, long x, long y, int from, int to, long bias, long biasStep,
            boolean more) {
        int shift = N == 16 ? 6 : panelShift; // with the longest vectors, 1 of them are a panel row
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int r = from; r < to; r++) {
            int end = getInt((start + 4L * r + 4) & MASK);
            float first = getFloat((bias + r * biasStep) & MASK);
            long o = (y + ((long) r << shift)) & MASK;
            FloatVector a0;
            if (more) {
                a0 = fromMemorySegment(F, ALL, o, ORDER);
            } else {
                a0 = broadcast(F, first);
            }
            for (; (end - j & 3) != 0; j++) {
                long i = j & INDEX;
                long p = xs + (getShort(cs + 2 * i) << shift & PANEL);
                FloatVector w = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
                a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            }
            FloatVector b0 = FloatVector.zero(F);
            FloatVector e0 = FloatVector.zero(F);
            FloatVector d0 = FloatVector.zero(F);
            for (; j < end; j += 4) {
                long i = j & INDEX;
                long four = getLong(cs + 2 * i);
                int w0 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i);
                int w1 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i + 4);
                int w2 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i + 8);
                int w3 = ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i + 12);
                long p0 = xs + ((four >>> OF4 & LOW) << shift & PANEL);
                long p1 = xs + ((four >>> OF4 + NEXT & LOW) << shift & PANEL);
                long p2 = xs + ((four >>> OF4 + 2 * NEXT & LOW) << shift & PANEL);
                long p3 = xs + ((four >>> OF4 + 3 * NEXT & LOW) << shift & PANEL);
                a0 = IntVector.broadcast(I, w0).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, p0, ORDER), a0);
                b0 = IntVector.broadcast(I, w1).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, p1, ORDER), b0);
                e0 = IntVector.broadcast(I, w2).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, p2, ORDER), e0);
                d0 = IntVector.broadcast(I, w3).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, p3, ORDER), d0);
            }
            a0.add(b0).add(e0.add(d0)).intoMemorySegment(ALL, o, ORDER);
        }
    }
}
