package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
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
        long c = column + 2L * from;
        long q = values + from * valueStep;
        int j = from;
        for (; j + 4 <= to; j += 4) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            int x1 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 2) & MASK) << 2)) & MASK);
            int x2 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 4) & MASK) << 2)) & MASK);
            int x3 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 6) & MASK) << 2)) & MASK);
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q & MASK, ORDER), a0);
            a1 = IntVector.broadcast(I, x1).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, (q + valueStep) & MASK, ORDER), a1);
            a2 = IntVector.broadcast(I, x2).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, (q + 2 * valueStep) & MASK, ORDER), a2);
            a3 = IntVector.broadcast(I, x3).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, (q + 3 * valueStep) & MASK, ORDER), a3);
            c += 8;
            q += 4 * valueStep;
        }
        for (; j < to; j++) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q & MASK, ORDER), a0);
            c += 2;
            q += valueStep;
        }
        a0.add(a1).add(a2.add(a3)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    /** Two blocks to a vector; the lower half of {@code out} gets the sums. */
    static void halves(int from, int to, long column, long values, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        long c = column + 2L * from;
        long q = values + from * (STEP / 2);
        int j = from;
        for (; j + 4 <= to; j += 4) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            int x1 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 2) & MASK) << 2)) & MASK);
            int x2 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 4) & MASK) << 2)) & MASK);
            int x3 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 6) & MASK) << 2)) & MASK);
            FloatVector u = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), UPPER);
            FloatVector v = IntVector.broadcast(I, x2).reinterpretAsFloats().blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), UPPER);
            a0 = u.fma(fromMemorySegment(F, ALL, q & MASK, ORDER), a0);
            a1 = v.fma(fromMemorySegment(F, ALL, (q + STEP) & MASK, ORDER), a1);
            c += 8;
            q += 2 * STEP;
        }
        for (; j < to; j++) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q & MASK, ORDER, LOWER), a0);
            c += 2;
            q += STEP / 2;
        }
        FloatVector a = a0.add(a1);
        a.add(a.rearrange(SWAP_HALVES)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    /** Four blocks to a vector; the lowest quarter of {@code out} gets the sums. */
    static void quarters(int from, int to, long column, long values, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        long c = column + 2L * from;
        long q = values + from * (STEP / 4);
        int j = from;
        for (; j + 8 <= to; j += 8) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            int x1 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 2) & MASK) << 2)) & MASK);
            int x2 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 4) & MASK) << 2)) & MASK);
            int x3 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 6) & MASK) << 2)) & MASK);
            int x4 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 8) & MASK) << 2)) & MASK);
            int x5 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 10) & MASK) << 2)) & MASK);
            int x6 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 12) & MASK) << 2)) & MASK);
            int x7 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 14) & MASK) << 2)) & MASK);
            FloatVector u = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), SECOND).blend(IntVector.broadcast(I, x2).reinterpretAsFloats(), THIRD).blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), FOURTH);
            FloatVector v = IntVector.broadcast(I, x4).reinterpretAsFloats().blend(IntVector.broadcast(I, x5).reinterpretAsFloats(), SECOND).blend(IntVector.broadcast(I, x6).reinterpretAsFloats(), THIRD).blend(IntVector.broadcast(I, x7).reinterpretAsFloats(), FOURTH);
            a0 = u.fma(fromMemorySegment(F, ALL, q & MASK, ORDER), a0);
            a1 = v.fma(fromMemorySegment(F, ALL, (q + STEP) & MASK, ORDER), a1);
            c += 16;
            q += 2 * STEP;
        }
        for (; j < to; j++) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q & MASK, ORDER, FIRST), a0);
            c += 2;
            q += STEP / 4;
        }
        FloatVector a = a0.add(a1);
        FloatVector b = a.add(a.rearrange(SWAP_HALVES));
        b.add(b.rearrange(SWAP_QUARTERS)).intoMemorySegment(ALL, out & MASK, ORDER);
    }
}
