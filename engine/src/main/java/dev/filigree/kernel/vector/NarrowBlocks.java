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
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.PANEL;
import static dev.filigree.kernel.vector.Lanes.SPAN;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link BlockTiles} for panels of a single vector, where a block is a handful of instructions: all block rows in one
 * method, for a call would cost as much as some blocks, and eight sums, for an addition takes as long as four of them.
 */
final class NarrowBlocks {

    private NarrowBlocks() {
    }

    /**
     * Blocks {@code from .. to}, which have all their rows.
     *
     * @param blockRows a multiple of four
     * @param shift     a panel row is {@code 1 << shift} bytes
     * @param biasStep  4, or 0 where bias is a single zero
     */
    static void run(long start, long column, long values, int blockRows, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        int done = 0;
        for (; done + 8 <= blockRows; done += 8) {
            rows8(start, column, values + 4L * done, 4L * blockRows, shift, x, y + ((long) done << shift), from, to, blockRows, bias + done * biasStep, biasStep);
        }
        if (done < blockRows) {
            rows4(start, column, values + 4L * done, 4L * blockRows, shift, x, y + ((long) done << shift), from, to, blockRows, bias + done * biasStep, biasStep);
        }
    }

    /**
     * Four rows of each block, two blocks a step.
     *
     * @param values    first value of the pass; that of block j is {@code j * valueStep} bytes on
     * @param rowStep   rows of a whole block
     */
    private static void rows4(long start, long column, long values, long valueStep, int panelShift, long x, long y, int from, int to, int rowStep, long bias,
            long biasStep) {
        int shift = N == 16 ? 6 : panelShift;
        long step = 1L << shift;
        long each = biasStep & 4;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = ALL.get(JAVA_INT_UNALIGNED, (start + 4L * g + 4) & MASK);
            long at = bias + (long) g * rowStep * each & MASK;
            FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at));
            FloatVector a1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + each));
            FloatVector a2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + 2 * each));
            FloatVector a3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + 3 * each));
            if ((end - j & 1) != 0) {
                long i = j & INDEX;
                long q = vs + (i * valueStep & SPAN);
                FloatVector x0 = fromMemorySegment(F, ALL, xs + (getShort(cs + 2 * i) << shift & PANEL), ORDER);
                a0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats().fma(x0, a0);
                a1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats().fma(x0, a1);
                a2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 8)).reinterpretAsFloats().fma(x0, a2);
                a3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 12)).reinterpretAsFloats().fma(x0, a3);
                j++;
            }
            FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F), b2 = FloatVector.zero(F), b3 = FloatVector.zero(F);
            for (; j < end; j += 2) {
                long i = j & INDEX;
                int two = getInt(cs + 2 * i);
                long p = vs + (i * valueStep & SPAN);
                long q = p + (valueStep & SPAN);
                FloatVector x0 = fromMemorySegment(F, ALL, xs + ((two >>> OF2 & LOW) << shift & PANEL), ORDER);
                FloatVector x1 = fromMemorySegment(F, ALL, xs + ((two >>> OF2 + NEXT & LOW) << shift & PANEL), ORDER);
                a0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, p)).reinterpretAsFloats().fma(x0, a0);
                a1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, p + 4)).reinterpretAsFloats().fma(x0, a1);
                a2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, p + 8)).reinterpretAsFloats().fma(x0, a2);
                a3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, p + 12)).reinterpretAsFloats().fma(x0, a3);
                b0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats().fma(x1, b0);
                b1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats().fma(x1, b1);
                b2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 8)).reinterpretAsFloats().fma(x1, b2);
                b3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 12)).reinterpretAsFloats().fma(x1, b3);
            }
            long o = y + ((long) g * rowStep << shift) & MASK;
            a0.add(b0).intoMemorySegment(ALL, o, ORDER);
            a1.add(b1).intoMemorySegment(ALL, o + step, ORDER);
            a2.add(b2).intoMemorySegment(ALL, o + 2 * step, ORDER);
            a3.add(b3).intoMemorySegment(ALL, o + 3 * step, ORDER);
        }
    }

    /** The same for eight rows of each block, one block a step. */
    private static void rows8(long start, long column, long values, long valueStep, int panelShift, long x, long y, int from, int to, int rowStep, long bias,
            long biasStep) {
        int shift = N == 16 ? 6 : panelShift;
        long step = 1L << shift;
        long each = biasStep & 4;
        long xs = x & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int j = getInt((start + 4L * from) & MASK);
        for (int g = from; g < to; g++) {
            int end = ALL.get(JAVA_INT_UNALIGNED, (start + 4L * g + 4) & MASK);
            long at = bias + (long) g * rowStep * each & MASK;
            FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at));
            FloatVector a1 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + each));
            FloatVector a2 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + 2 * each));
            FloatVector a3 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + 3 * each));
            FloatVector a4 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + 4 * each));
            FloatVector a5 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + 5 * each));
            FloatVector a6 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + 6 * each));
            FloatVector a7 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, at + 7 * each));
            for (; j < end; j++) {
                long i = j & INDEX;
                long q = vs + (i * valueStep & SPAN);
                FloatVector x0 = fromMemorySegment(F, ALL, xs + (getShort(cs + 2 * i) << shift & PANEL), ORDER);
                a0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats().fma(x0, a0);
                a1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats().fma(x0, a1);
                a2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 8)).reinterpretAsFloats().fma(x0, a2);
                a3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 12)).reinterpretAsFloats().fma(x0, a3);
                a4 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 16)).reinterpretAsFloats().fma(x0, a4);
                a5 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 20)).reinterpretAsFloats().fma(x0, a5);
                a6 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 24)).reinterpretAsFloats().fma(x0, a6);
                a7 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 28)).reinterpretAsFloats().fma(x0, a7);
            }
            long o = y + ((long) g * rowStep << shift) & MASK;
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + step, ORDER);
            a2.intoMemorySegment(ALL, o + 2 * step, ORDER);
            a3.intoMemorySegment(ALL, o + 3 * step, ORDER);
            a4.intoMemorySegment(ALL, o + 4 * step, ORDER);
            a5.intoMemorySegment(ALL, o + 5 * step, ORDER);
            a6.intoMemorySegment(ALL, o + 6 * step, ORDER);
            a7.intoMemorySegment(ALL, o + 7 * step, ORDER);
        }
    }
}
