package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.LOW;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.NEXT;
import static dev.filigree.kernel.vector.Lanes.OF4;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.SPAN;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Blocks of outputs times one token. A vector holds one, two or four blocks of a block row; each lane gets the input of its
 * block, and lanes that stand for the same output are added at the end.
 */
final class BlockVectors {

    /** Lanes of a half or a quarter. */
    static final VectorMask<Float> LOWER = lanes(0, N / 2);
    static final VectorMask<Float> UPPER = lanes(N / 2, N);
    static final VectorMask<Float> FIRST = lanes(0, N / 4);
    static final VectorMask<Float> SECOND = lanes(N / 4, N / 2);
    static final VectorMask<Float> THIRD = lanes(N / 2, 3 * N / 4);
    static final VectorMask<Float> FOURTH = lanes(3 * N / 4, N);
    static final VectorShuffle<Float> SWAP_HALVES = VectorShuffle.fromOp(F, i -> (i + N / 2) % N);
    static final VectorShuffle<Float> SWAP_QUARTERS = VectorShuffle.fromOp(F, i -> (i + N / 4) % N);

    private BlockVectors() {
    }

    private static VectorMask<Float> lanes(int from, int to) {
        return VectorMask.fromLong(F, (1L << to) - (1L << from));
    }

    /** Blocks {@code from .. to} of whole vectors: {@code out[lane] = sum_j values_j[lane] x[column_j]}. */
    static void whole(int from, int to, long column, long values, long valueStep, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
        long cs = column & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        int j = from;
        for (; j + 4 <= to; j += 4) {
            long i = j & INDEX;
            long four = getLong(cs + 2 * i);
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 & LOW) << 2));
            int x1 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + NEXT & LOW) << 2));
            int x2 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2));
            int x3 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2));
            long v = vs + (i * valueStep & SPAN);
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, v, ORDER), a0);
            a1 = IntVector.broadcast(I, x1).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, v + (valueStep & SPAN), ORDER), a1);
            a2 = IntVector.broadcast(I, x2).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, v + (2 * valueStep & SPAN), ORDER), a2);
            a3 = IntVector.broadcast(I, x3).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, v + (3 * valueStep & SPAN), ORDER), a3);
        }
        for (; j < to; j++) {
            long i = j & INDEX;
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + (getShort(cs + 2 * i) << 2));
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, vs + (i * valueStep & SPAN), ORDER), a0);
        }
        a0.add(a1).add(a2.add(a3)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    /** Two blocks to a vector; the lower half of {@code out} gets the sums. */
    static void halves(int from, int to, long column, long values, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        long cs = column & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        int j = from;
        for (; j + 4 <= to; j += 4) {
            long i = j & INDEX;
            long four = getLong(cs + 2 * i);
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 & LOW) << 2));
            int x1 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + NEXT & LOW) << 2));
            int x2 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2));
            int x3 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2));
            long v = vs + (i * (STEP / 2));
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), UPPER)
                    .fma(fromMemorySegment(F, ALL, v, ORDER), a0);
            a1 = IntVector.broadcast(I, x2).reinterpretAsFloats().blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), UPPER)
                    .fma(fromMemorySegment(F, ALL, v + STEP, ORDER), a1);
        }
        for (; j < to; j++) {
            long i = j & INDEX;
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + (getShort(cs + 2 * i) << 2));
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, vs + (i * (STEP / 2)), ORDER, LOWER), a0);
        }
        FloatVector a = a0.add(a1);
        a.add(a.rearrange(SWAP_HALVES)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    /** Four blocks to a vector; the lowest quarter of {@code out} gets the sums. */
    static void quarters(int from, int to, long column, long values, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        long cs = column & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        int j = from;
        for (; j + 8 <= to; j += 8) {
            long i = j & INDEX;
            long four = getLong(cs + 2 * i);
            long next = getLong(cs + 2 * i + 8);
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 & LOW) << 2));
            int x1 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + NEXT & LOW) << 2));
            int x2 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2));
            int x3 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2));
            int x4 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 & LOW) << 2));
            int x5 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 + NEXT & LOW) << 2));
            int x6 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 + 2 * NEXT & LOW) << 2));
            int x7 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 + 3 * NEXT & LOW) << 2));
            long v = vs + (i * (STEP / 4));
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), SECOND).blend(IntVector.broadcast(I, x2).reinterpretAsFloats(), THIRD)
                    .blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), FOURTH).fma(fromMemorySegment(F, ALL, v, ORDER), a0);
            a1 = IntVector.broadcast(I, x4).reinterpretAsFloats().blend(IntVector.broadcast(I, x5).reinterpretAsFloats(), SECOND).blend(IntVector.broadcast(I, x6).reinterpretAsFloats(), THIRD)
                    .blend(IntVector.broadcast(I, x7).reinterpretAsFloats(), FOURTH).fma(fromMemorySegment(F, ALL, v + STEP, ORDER), a1);
        }
        for (; j < to; j++) {
            long i = j & INDEX;
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + (getShort(cs + 2 * i) << 2));
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, vs + (i * (STEP / 4)), ORDER, FIRST), a0);
        }
        FloatVector a = a0.add(a1);
        FloatVector b = a.add(a.rearrange(SWAP_HALVES));
        b.add(b.rearrange(SWAP_QUARTERS)).intoMemorySegment(ALL, out & MASK, ORDER);
    }
}
