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
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Attention;
import dev.filigree.kernel.Halves;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Attention of one token over remembered keys and values: tokens along lanes for scores, features along lanes for their sum. */
final class PastVectors {

    /** A score so low that its weight is nothing, and no infinity. */
    static final float HIDDEN = -1e30f;

    private PastVectors() {
    }

    /** For either kind of memory. */
    static int scratch(int capacity, int headSize) {
        return 2 * Halves.whole(headSize) + Halves.whole(capacity) + N;
    }

    /**
     * One token.
     *
     * @param q    its first feature, {@code step} bytes before the next; {@code out} likewise
     * @param seen tokens that it sees, at least 1
     */
    static void attend(long q, long out, long step, int headSize, float scale, long keys, long values, int capacity, int seen, long scratch) {
        int row = Attention.whole(headSize);
        long query = scratch;
        long sums = query + 4L * row;
        long lanes = sums + 4L * row;
        long weights = lanes + STEP;
        for (int d = 0; d < headSize; d++) {
            setFloat((query + 4L * d) & MASK, getFloat((q + d * step) & MASK) * (scale * Softmax.LOG2_E));
        }
        int whole = Math.ceilDiv(seen, N) * N;
        scores(query, headSize, keys, 4L * capacity, whole, weights);
        for (int j = seen; j < whole; j++) {
            setFloat((weights + 4L * j) & MASK, HIDDEN);
        }
        float total = exponentials(weights, whole, lanes);
        mix(weights, seen, values, row, sums);
        for (int d = 0; d < headSize; d++) {
            setFloat((out + d * step) & MASK, getFloat((sums + 4L * d) & MASK) / total);
        }
    }

    /** {@code scores[j] = sum over d of query[d] keys[d][j]} for whole vectors of tokens, four of them at a time. */
    private static void scores(long query, int headSize, long keys, long rowBytes, int whole, long scores) {
        long k = keys & MASK;
        long s = scores & MASK;
        long x = query & MASK;
        int j = 0;
        for (; j + 4 * N <= whole; j += 4 * N) {
            long p = (k + 4 * (j & INDEX)) & MASK;
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            FloatVector c = FloatVector.zero(F);
            FloatVector e = FloatVector.zero(F);
            for (int d = 0; d < headSize; d++) {
                FloatVector v = IntVector.broadcast(I, getInt(x + 4 * (d & INDEX))).reinterpretAsFloats();
                long at = (p + d * rowBytes) & MASK;
                a = v.fma(fromMemorySegment(F, ALL, at, ORDER), a);
                b = v.fma(fromMemorySegment(F, ALL, at + STEP, ORDER), b);
                c = v.fma(fromMemorySegment(F, ALL, at + 2 * STEP, ORDER), c);
                e = v.fma(fromMemorySegment(F, ALL, at + 3 * STEP, ORDER), e);
            }
            long o = (s + 4 * (j & INDEX)) & MASK;
            a.intoMemorySegment(ALL, o, ORDER);
            b.intoMemorySegment(ALL, o + STEP, ORDER);
            c.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            e.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        }
        for (; j < whole; j += N) {
            long p = (k + 4 * (j & INDEX)) & MASK;
            FloatVector a = FloatVector.zero(F);
            for (int d = 0; d < headSize; d++) {
                FloatVector v = IntVector.broadcast(I, getInt(x + 4 * (d & INDEX))).reinterpretAsFloats();
                a = v.fma(fromMemorySegment(F, ALL, (p + d * rowBytes) & MASK, ORDER), a);
            }
            a.intoMemorySegment(ALL, (s + 4 * (j & INDEX)) & MASK, ORDER);
        }
    }

    /** {@code w = 2^(w - max w)} in place; returns the sum, its lanes added in their order. */
    static float exponentials(long weights, int whole, long lanes) {
        long w = weights & MASK;
        FloatVector max = fromMemorySegment(F, ALL, w, ORDER);
        for (int j = N; j < whole; j += N) {
            FloatVector x = fromMemorySegment(F, ALL, w + 4 * (j & INDEX), ORDER);
            max = max.blend(x, x.compare(VectorOperators.GT, max));
        }
        max.intoMemorySegment(ALL, lanes & MASK, ORDER);
        float most = getFloat(lanes & MASK);
        for (int i = 1; i < N; i++) {
            most = Math.max(most, getFloat((lanes + 4L * i) & MASK));
        }
        FloatVector sum = FloatVector.zero(F);
        for (int j = 0; j < whole; j += N) {
            FloatVector e = Functions.exp2(fromMemorySegment(F, ALL, w + 4 * (j & INDEX), ORDER).sub(most));
            sum = sum.add(e);
            e.intoMemorySegment(ALL, w + 4 * (j & INDEX), ORDER);
        }
        sum.intoMemorySegment(ALL, lanes & MASK, ORDER);
        float total = 0;
        for (int i = 0; i < N; i++) {
            total += getFloat((lanes + 4L * i) & MASK);
        }
        return total;
    }

    /** {@code sums[d] = sum over j of weights[j] values[j][d]}, up to four vectors of features at a time. */
    private static void mix(long weights, int seen, long values, int row, long sums) {
        int d = 0;
        for (; d + 4 * N <= row; d += 4 * N) {
            long v = (values + 4L * d) & MASK;
            FloatVector a = FloatVector.zero(F);
            FloatVector b = FloatVector.zero(F);
            FloatVector c = FloatVector.zero(F);
            FloatVector e = FloatVector.zero(F);
            for (int j = 0; j < seen; j++) {
                FloatVector w = IntVector.broadcast(I, getInt((weights + 4L * j) & MASK)).reinterpretAsFloats();
                long at = (v + 4L * j * row) & MASK;
                a = w.fma(fromMemorySegment(F, ALL, at, ORDER), a);
                b = w.fma(fromMemorySegment(F, ALL, at + STEP, ORDER), b);
                c = w.fma(fromMemorySegment(F, ALL, at + 2 * STEP, ORDER), c);
                e = w.fma(fromMemorySegment(F, ALL, at + 3 * STEP, ORDER), e);
            }
            long o = (sums + 4L * d) & MASK;
            a.intoMemorySegment(ALL, o, ORDER);
            b.intoMemorySegment(ALL, o + STEP, ORDER);
            c.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            e.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        }
        for (; d < row; d += N) {
            FloatVector a = FloatVector.zero(F);
            for (int j = 0; j < seen; j++) {
                FloatVector w = IntVector.broadcast(I, getInt((weights + 4L * j) & MASK)).reinterpretAsFloats();
                a = w.fma(fromMemorySegment(F, ALL, (values + 4L * d + 4L * j * row) & MASK, ORDER), a);
            }
            a.intoMemorySegment(ALL, (sums + 4L * d) & MASK, ORDER);
        }
    }
}
