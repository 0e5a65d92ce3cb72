package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Dense weights times one token. Lanes run along outputs and each input is broadcast, so that no sum crosses lanes; several
 * streams of the weight are read at once, which a single core needs to use the memory.
 */
final class DenseVectors {

    /** Vectors of sums that {@link #rows4} writes. */
    static final int STREAMS = 4;

    private DenseVectors() {
    }

    /**
     * Four vectors of outputs: {@code out[i] = sum_k w_i[k] x[k]}, vectors of one stream 64 bytes apart.
     */
    static void rows4(int depth, long w0, long w1, long w2, long w3, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
        FloatVector b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        long s0 = w0 & MASK;
        long s1 = w1 & MASK;
        long s2 = w2 & MASK;
        long s3 = w3 & MASK;
        long xs = x & MASK;
        int k = 0;
        if ((depth & 1) != 0) {
            FloatVector u = IntVector.broadcast(I, getInt(xs)).reinterpretAsFloats();
            b0 = u.mul(fromMemorySegment(F, ALL, s0, ORDER));
            b1 = u.mul(fromMemorySegment(F, ALL, s1, ORDER));
            b2 = u.mul(fromMemorySegment(F, ALL, s2, ORDER));
            b3 = u.mul(fromMemorySegment(F, ALL, s3, ORDER));
            k = 1;
        }
        for (; k < depth; k += 2) {
            long i = k & INDEX;
            long at = 64 * i;
            int first = ALL.get(JAVA_INT_UNALIGNED, xs + 4 * i);
            int second = ALL.get(JAVA_INT_UNALIGNED, xs + 4 * i + 4);
            FloatVector u = IntVector.broadcast(I, first).reinterpretAsFloats();
            FloatVector v = IntVector.broadcast(I, second).reinterpretAsFloats();
            a0 = u.fma(fromMemorySegment(F, ALL, s0 + at, ORDER), a0);
            a1 = u.fma(fromMemorySegment(F, ALL, s1 + at, ORDER), a1);
            a2 = u.fma(fromMemorySegment(F, ALL, s2 + at, ORDER), a2);
            a3 = u.fma(fromMemorySegment(F, ALL, s3 + at, ORDER), a3);
            b0 = v.fma(fromMemorySegment(F, ALL, s0 + at + 64, ORDER), b0);
            b1 = v.fma(fromMemorySegment(F, ALL, s1 + at + 64, ORDER), b1);
            b2 = v.fma(fromMemorySegment(F, ALL, s2 + at + 64, ORDER), b2);
            b3 = v.fma(fromMemorySegment(F, ALL, s3 + at + 64, ORDER), b3);
        }
        long o = out & MASK;
        a0.add(b0).intoMemorySegment(ALL, o, ORDER);
        a1.add(b1).intoMemorySegment(ALL, o + STEP, ORDER);
        a2.add(b2).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
        a3.add(b3).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
    }
}
