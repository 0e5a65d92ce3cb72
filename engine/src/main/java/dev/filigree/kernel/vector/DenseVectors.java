package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * A dense weight in packs of four outputs times one token; several packs are read at once, which a single core needs to use the
 * memory.
 */
final class DenseVectors {

    /** Packs that {@link #packs4} reads side by side. */
    static final int STREAMS = 4;

    /** The first N/4 inputs of a vector, each in four lanes, and the next ones. */
    private static final VectorShuffle<Float> FIRST = VectorShuffle.fromOp(F, i -> i / 4);
    private static final VectorShuffle<Float> SECOND = VectorShuffle.fromOp(F, i -> N / 4 + i / 4);
    private static final VectorShuffle<Float> THIRD = VectorShuffle.fromOp(F, i -> N / 2 + i / 4);
    private static final VectorShuffle<Float> FOURTH = VectorShuffle.fromOp(F, i -> 3 * N / 4 + i / 4);
    private static final VectorShuffle<Float> HALVES = VectorShuffle.fromOp(F, i -> (i + N / 2) % N);
    private static final VectorShuffle<Float> QUARTERS = VectorShuffle.fromOp(F, i -> (i + (N >= 16 ? N / 4 : N / 2)) % N);

    private DenseVectors() {
    }

    /**
     * Four packs of four outputs: {@code out[4 t + r] = sum_k w_t[k][r] x[k]} for packs t. A vector of a pack holds four
     * outputs of N/4 neighbouring inputs, each input in four lanes; the groups of lanes are added at the end.
     *
     * @param out room for four vectors; the first lanes of each are filled
     */
    static void packs4(int depth, long w0, long w1, long w2, long w3, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
        FloatVector b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        long s0 = w0 & MASK;
        long s1 = w1 & MASK;
        long s2 = w2 & MASK;
        long s3 = w3 & MASK;
        long xs = x & MASK;
        int k = 0;
        for (; k + N <= depth; k += N / 2) {
            long i = k & INDEX;
            long at = 16 * i;
            FloatVector inputs = fromMemorySegment(F, ALL, xs + 4 * i, ORDER);
            FloatVector u = inputs.rearrange(FIRST);
            FloatVector v = inputs.rearrange(SECOND);
            a0 = u.fma(fromMemorySegment(F, ALL, s0 + at, ORDER), a0);
            a1 = u.fma(fromMemorySegment(F, ALL, s1 + at, ORDER), a1);
            a2 = u.fma(fromMemorySegment(F, ALL, s2 + at, ORDER), a2);
            a3 = u.fma(fromMemorySegment(F, ALL, s3 + at, ORDER), a3);
            b0 = v.fma(fromMemorySegment(F, ALL, s0 + at + STEP, ORDER), b0);
            b1 = v.fma(fromMemorySegment(F, ALL, s1 + at + STEP, ORDER), b1);
            b2 = v.fma(fromMemorySegment(F, ALL, s2 + at + STEP, ORDER), b2);
            b3 = v.fma(fromMemorySegment(F, ALL, s3 + at + STEP, ORDER), b3);
        }
        if (k > 0 && k + N / 2 <= depth) { // no whole vector of inputs is left: they are the upper half of the last one
            long i = k - N / 2 & INDEX;
            long at = 16 * i + 2 * STEP;
            FloatVector inputs = fromMemorySegment(F, ALL, xs + 4 * i, ORDER);
            FloatVector u = inputs.rearrange(THIRD);
            FloatVector v = inputs.rearrange(FOURTH);
            a0 = u.fma(fromMemorySegment(F, ALL, s0 + at, ORDER), a0);
            a1 = u.fma(fromMemorySegment(F, ALL, s1 + at, ORDER), a1);
            a2 = u.fma(fromMemorySegment(F, ALL, s2 + at, ORDER), a2);
            a3 = u.fma(fromMemorySegment(F, ALL, s3 + at, ORDER), a3);
            b0 = v.fma(fromMemorySegment(F, ALL, s0 + at + STEP, ORDER), b0);
            b1 = v.fma(fromMemorySegment(F, ALL, s1 + at + STEP, ORDER), b1);
            b2 = v.fma(fromMemorySegment(F, ALL, s2 + at + STEP, ORDER), b2);
            b3 = v.fma(fromMemorySegment(F, ALL, s3 + at + STEP, ORDER), b3);
        }
        a0 = a0.add(b0);
        a1 = a1.add(b1);
        a2 = a2.add(b2);
        a3 = a3.add(b3);
        if (N >= 16) {
            a0 = a0.add(a0.rearrange(HALVES));
            a1 = a1.add(a1.rearrange(HALVES));
            a2 = a2.add(a2.rearrange(HALVES));
            a3 = a3.add(a3.rearrange(HALVES));
        }
        if (N >= 8) {
            a0 = a0.add(a0.rearrange(QUARTERS));
            a1 = a1.add(a1.rearrange(QUARTERS));
            a2 = a2.add(a2.rearrange(QUARTERS));
            a3 = a3.add(a3.rearrange(QUARTERS));
        }
        long o = out & MASK;
        a0.intoMemorySegment(ALL, o, ORDER);
        a1.intoMemorySegment(ALL, o + STEP, ORDER);
        a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
        a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
    }

    /** Inputs that {@link #packs4} leaves to {@link #last}. */
    static int left(int depth) {
        return depth < N ? depth : depth % (N / 2);
    }

    /** Adds the last {@code count} inputs of one pack to its four sums. */
    static void last(int depth, int count, long w, long x, long sums) {
        for (int k = depth - count; k < depth; k++) {
            float input = getFloat((x + 4L * k) & MASK);
            for (int r = 0; r < 4; r++) {
                long s = (sums + 4L * r) & MASK;
                setFloat(s, getFloat(s) + input * getFloat((w + 16L * k + 4 * r) & MASK));
            }
        }
    }
}
