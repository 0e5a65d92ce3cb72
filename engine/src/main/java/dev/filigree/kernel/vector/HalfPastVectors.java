package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setFloat;

import dev.filigree.kernel.Halves;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link PastVectors} over {@link Halves}. Sign, exponent and fraction of 16 bits, moved to where a float has them, are the number times
 * 2^-112, zero and the smallest numbers too; queries and weights make up for it, so that decoding takes two or three
 * instructions for a vector.
 */
final class HalfPastVectors {

    /** Sign, the lower five bits of the exponent, the upper ten of the fraction. */
    private static final int BITS = 0x8FFFE000;
    private static final float LIFT = 0x1p112f;
    /** Queries are lifted by so much and scores by the rest: a query times all of it might be infinite. */
    private static final float QUERY_LIFT = 0x1p96f;
    private static final float SCORE_LIFT = 0x1p16f;

    private HalfPastVectors() {
    }

    /** As {@link PastVectors#attend}. */
    static void attend(long q, long out, long step, int headSize, float scale, long keys, long values, int capacity, int seen, long scratch) {
        int row = Halves.whole(headSize);
        long query = scratch;
        long sums = query + 4L * row;
        long lanes = sums + 4L * row;
        long weights = lanes + STEP;
        for (int d = 0; d < headSize; d++) {
            setFloat((query + 4L * d) & MASK, getFloat((q + d * step) & MASK) * (scale * Softmax.LOG2_E) * QUERY_LIFT);
        }
        int whole = Halves.whole(seen);
        scores(query, headSize, keys, 2L * capacity, whole / 2, weights);
        for (int j = seen; j < whole; j++) {
            setFloat((weights + 4L * j) & MASK, PastVectors.HIDDEN);
        }
        float total = PastVectors.exponentials(weights, whole, lanes);
        mix(weights, seen, values, row / 2, sums);
        for (int d = 0; d < headSize; d++) {
            setFloat((out + d * step) & MASK, getFloat((sums + 4L * d) & MASK) / total);
        }
    }

    /** The first of the two numbers that the int at {@code i} holds; the other is 16 further on. */
    private static int number(int i) {
        return i / 16 * 32 + i % 16;
    }

    /** Scores of whole vectors of tokens, four of them at a time. */
    private static void scores(long query, int headSize, long keys, long rowBytes, int ints, long scores) {
        long k = keys & MASK;
        long s = scores & MASK;
        long x = query & MASK;
        int i = 0;
        for (; i + 2 * N <= ints; i += 2 * N) {
            long p = (k + 4 * (i & INDEX)) & MASK;
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            FloatVector c = FloatVector.zero(F);
            FloatVector e = FloatVector.zero(F);
            for (int d = 0; d < headSize; d++) {
                FloatVector v = IntVector.broadcast(I, getInt(x + 4 * (d & INDEX))).reinterpretAsFloats();
                long at = (p + d * rowBytes) & MASK;
                IntVector one = IntVector.fromMemorySegment(I, ALL, at, ORDER);
                IntVector two = IntVector.fromMemorySegment(I, ALL, at + STEP, ORDER);
                a = v.fma(one.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), a);
                b = v.fma(one.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), b);
                c = v.fma(two.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), c);
                e = v.fma(two.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), e);
            }
            long o = (s + 4 * (number(i) & INDEX)) & MASK;
            a.mul(SCORE_LIFT).intoMemorySegment(ALL, o, ORDER);
            b.mul(SCORE_LIFT).intoMemorySegment(ALL, o + 64, ORDER);
            o = (s + 4 * (number(i + N) & INDEX)) & MASK;
            c.mul(SCORE_LIFT).intoMemorySegment(ALL, o, ORDER);
            e.mul(SCORE_LIFT).intoMemorySegment(ALL, o + 64, ORDER);
        }
        if (i < ints) {
            long p = (k + 4 * (i & INDEX)) & MASK;
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            for (int d = 0; d < headSize; d++) {
                FloatVector v = IntVector.broadcast(I, getInt(x + 4 * (d & INDEX))).reinterpretAsFloats();
                IntVector one = IntVector.fromMemorySegment(I, ALL, (p + d * rowBytes) & MASK, ORDER);
                a = v.fma(one.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), a);
                b = v.fma(one.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), b);
            }
            long o = (s + 4 * (number(i) & INDEX)) & MASK;
            a.mul(SCORE_LIFT).intoMemorySegment(ALL, o, ORDER);
            b.mul(SCORE_LIFT).intoMemorySegment(ALL, o + 64, ORDER);
        }
    }

    /** {@code sums[d] = sum over j of weights[j] values[j][d]}, up to four vectors of features at a time. */
    private static void mix(long weights, int seen, long values, int rowInts, long sums) {
        int i = 0;
        for (; i + 2 * N <= rowInts; i += 2 * N) {
            long v = (values + 4L * i) & MASK;
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            FloatVector c = FloatVector.zero(F);
            FloatVector e = FloatVector.zero(F);
            for (int j = 0; j < seen; j++) {
                FloatVector w = IntVector.broadcast(I, getInt((weights + 4L * j) & MASK)).reinterpretAsFloats().mul(LIFT);
                long at = (v + 4L * j * rowInts) & MASK;
                IntVector one = IntVector.fromMemorySegment(I, ALL, at, ORDER);
                IntVector two = IntVector.fromMemorySegment(I, ALL, at + STEP, ORDER);
                a = w.fma(one.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), a);
                b = w.fma(one.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), b);
                c = w.fma(two.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), c);
                e = w.fma(two.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), e);
            }
            long o = (sums + 4L * number(i)) & MASK;
            a.intoMemorySegment(ALL, o, ORDER);
            b.intoMemorySegment(ALL, o + 64, ORDER);
            o = (sums + 4L * number(i + N)) & MASK;
            c.intoMemorySegment(ALL, o, ORDER);
            e.intoMemorySegment(ALL, o + 64, ORDER);
        }
        if (i < rowInts) {
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            for (int j = 0; j < seen; j++) {
                FloatVector w = IntVector.broadcast(I, getInt((weights + 4L * j) & MASK)).reinterpretAsFloats().mul(LIFT);
                IntVector one = IntVector.fromMemorySegment(I, ALL, (values + 4L * i + 4L * j * rowInts) & MASK, ORDER);
                a = w.fma(one.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), a);
                b = w.fma(one.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats(), b);
            }
            long o = (sums + 4L * number(i)) & MASK;
            a.intoMemorySegment(ALL, o, ORDER);
            b.intoMemorySegment(ALL, o + 64, ORDER);
        }
    }
}
