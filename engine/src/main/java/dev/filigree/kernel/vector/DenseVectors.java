package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Coded;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Dense weights times one token. Lanes run along outputs and each input is broadcast, so that no sum crosses lanes; several
 * streams of the weight are read at once, which a single core needs to use the memory.
 */
final class DenseVectors {

    /** Vectors of sums that a call writes: {@link #rows4}, and all column kernels. */
    static final int STREAMS = 4;
    static final int COLUMN_SUMS = 8;

    private static final float EIGHT_BIT_ONE = 256f;

    private DenseVectors() {
    }

    /**
     * Four vectors of outputs: {@code out[i] = sum_k w_i[k] x[k]}, vectors of one stream {@code step} bytes apart.
     */
    static void rows4(int depth, long w0, long w1, long w2, long w3, long step, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
        FloatVector b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        int k = 0;
        for (; k + 2 <= depth; k += 2) {
            long at = k * step;
            int first = ALL.get(JAVA_INT_UNALIGNED, (x + 4L * k) & MASK);
            int second = ALL.get(JAVA_INT_UNALIGNED, (x + 4L * k + 4) & MASK);
            FloatVector u = IntVector.broadcast(I, first).reinterpretAsFloats();
            FloatVector v = IntVector.broadcast(I, second).reinterpretAsFloats();
            a0 = u.fma(fromMemorySegment(F, ALL, (w0 + at) & MASK, ORDER), a0);
            a1 = u.fma(fromMemorySegment(F, ALL, (w1 + at) & MASK, ORDER), a1);
            a2 = u.fma(fromMemorySegment(F, ALL, (w2 + at) & MASK, ORDER), a2);
            a3 = u.fma(fromMemorySegment(F, ALL, (w3 + at) & MASK, ORDER), a3);
            b0 = v.fma(fromMemorySegment(F, ALL, (w0 + at + step) & MASK, ORDER), b0);
            b1 = v.fma(fromMemorySegment(F, ALL, (w1 + at + step) & MASK, ORDER), b1);
            b2 = v.fma(fromMemorySegment(F, ALL, (w2 + at + step) & MASK, ORDER), b2);
            b3 = v.fma(fromMemorySegment(F, ALL, (w3 + at + step) & MASK, ORDER), b3);
        }
        if (k < depth) {
            long at = k * step;
            FloatVector u = IntVector.broadcast(I, getInt((x + 4L * k) & MASK)).reinterpretAsFloats();
            a0 = u.fma(fromMemorySegment(F, ALL, (w0 + at) & MASK, ORDER), a0);
            a1 = u.fma(fromMemorySegment(F, ALL, (w1 + at) & MASK, ORDER), a1);
            a2 = u.fma(fromMemorySegment(F, ALL, (w2 + at) & MASK, ORDER), a2);
            a3 = u.fma(fromMemorySegment(F, ALL, (w3 + at) & MASK, ORDER), a3);
        }
        long o = out & MASK;
        a0.add(b0).intoMemorySegment(ALL, o, ORDER);
        a1.add(b1).intoMemorySegment(ALL, o + STEP, ORDER);
        a2.add(b2).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
        a3.add(b3).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
    }

    /** Writes the indices of the elements of x in {@code from .. to} that are not zero to {@code list}; their number. */
    static int nonZeros(long x, int from, int to, long list) {
        int n = 0;
        for (int k = from; k < to; k++) {
            setInt((list + 4L * n) & MASK, k);
            n += getFloat((x + 4L * k) & MASK) != 0 ? 1 : 0;
        }
        return n;
    }

    /**
     * Lanes {@code half} (0 .. 16/N-1) of the words of one tile of 128 outputs, columns {@code list[0 .. count]}: sums of
     * codes, without their scales, of rows {@code 16 v + half*N ..} to {@code out + 64 v}.
     */
    static void columns(Coded.Type type, long w, long x, long list, int count, int half, long out) {
        switch (type) {
            case F32 -> floats(w + half * STEP, x, list, count, out + half * STEP);
            case BF16 -> halves(w + half * STEP, x, list, count, out + half * STEP);
            case INT8 -> bytes(w + half * STEP, x, list, count, out + half * STEP);
        }
    }

    private static void floats(long w, long x, long list, int count, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        for (int j = 0; j < count; j++) {
            long k = getInt((list + 4L * j) & MASK);
            int input = ALL.get(JAVA_INT_UNALIGNED, (x + 4 * k) & MASK);
            FloatVector v = IntVector.broadcast(I, input).reinterpretAsFloats();
            long p = (w + 512 * k) & MASK;
            a0 = v.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            a1 = v.fma(fromMemorySegment(F, ALL, p + 64, ORDER), a1);
            a2 = v.fma(fromMemorySegment(F, ALL, p + 128, ORDER), a2);
            a3 = v.fma(fromMemorySegment(F, ALL, p + 192, ORDER), a3);
            a4 = v.fma(fromMemorySegment(F, ALL, p + 256, ORDER), a4);
            a5 = v.fma(fromMemorySegment(F, ALL, p + 320, ORDER), a5);
            a6 = v.fma(fromMemorySegment(F, ALL, p + 384, ORDER), a6);
            a7 = v.fma(fromMemorySegment(F, ALL, p + 448, ORDER), a7);
        }
        long o = out & MASK;
        a0.intoMemorySegment(ALL, o, ORDER);
        a1.intoMemorySegment(ALL, o + 64, ORDER);
        a2.intoMemorySegment(ALL, o + 128, ORDER);
        a3.intoMemorySegment(ALL, o + 192, ORDER);
        a4.intoMemorySegment(ALL, o + 256, ORDER);
        a5.intoMemorySegment(ALL, o + 320, ORDER);
        a6.intoMemorySegment(ALL, o + 384, ORDER);
        a7.intoMemorySegment(ALL, o + 448, ORDER);
    }

    private static void halves(long w, long x, long list, int count, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        for (int j = 0; j < count; j++) {
            long k = getInt((list + 4L * j) & MASK);
            int input = ALL.get(JAVA_INT_UNALIGNED, (x + 4 * k) & MASK);
            FloatVector v = IntVector.broadcast(I, input).reinterpretAsFloats();
            long p = (w + 256 * k) & MASK;
            IntVector c0 = fromMemorySegment(F, ALL, p, ORDER).reinterpretAsInts();
            IntVector c1 = fromMemorySegment(F, ALL, p + 64, ORDER).reinterpretAsInts();
            IntVector c2 = fromMemorySegment(F, ALL, p + 128, ORDER).reinterpretAsInts();
            IntVector c3 = fromMemorySegment(F, ALL, p + 192, ORDER).reinterpretAsInts();
            a0 = v.fma(c0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
            a1 = v.fma(c0.and(0xFFFF_0000).reinterpretAsFloats(), a1);
            a2 = v.fma(c1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a2);
            a3 = v.fma(c1.and(0xFFFF_0000).reinterpretAsFloats(), a3);
            a4 = v.fma(c2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a4);
            a5 = v.fma(c2.and(0xFFFF_0000).reinterpretAsFloats(), a5);
            a6 = v.fma(c3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a6);
            a7 = v.fma(c3.and(0xFFFF_0000).reinterpretAsFloats(), a7);
        }
        long o = out & MASK;
        a0.intoMemorySegment(ALL, o, ORDER);
        a1.intoMemorySegment(ALL, o + 64, ORDER);
        a2.intoMemorySegment(ALL, o + 128, ORDER);
        a3.intoMemorySegment(ALL, o + 192, ORDER);
        a4.intoMemorySegment(ALL, o + 256, ORDER);
        a5.intoMemorySegment(ALL, o + 320, ORDER);
        a6.intoMemorySegment(ALL, o + 384, ORDER);
        a7.intoMemorySegment(ALL, o + 448, ORDER);
    }

    /**
     * A code c becomes the float 1.5 + c/256 by placing its bits, sign turned, behind those of 1: a shift and a mask instead of
     * two shifts and a conversion. What the 1.5 adds is taken off at the end.
     */
    private static void bytes(long w, long x, long list, int count, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
        FloatVector total = a0;
        for (int j = 0; j < count; j++) {
            long k = getInt((list + 4L * j) & MASK);
            int input = ALL.get(JAVA_INT_UNALIGNED, (x + 4 * k) & MASK);
            FloatVector v = IntVector.broadcast(I, input).reinterpretAsFloats();
            long p = (w + 128 * k) & MASK;
            total = total.add(v);
            IntVector c0 = fromMemorySegment(F, ALL, p, ORDER).reinterpretAsInts().lanewise(VectorOperators.XOR, 0x8080_8080);
            IntVector c1 = fromMemorySegment(F, ALL, p + 64, ORDER).reinterpretAsInts().lanewise(VectorOperators.XOR, 0x8080_8080);
            a0 = v.fma(c0.lanewise(VectorOperators.LSHL, 15).and(0x7F_8000).or(0x3F80_0000).reinterpretAsFloats(), a0);
            a1 = v.fma(c0.lanewise(VectorOperators.LSHL, 7).and(0x7F_8000).or(0x3F80_0000).reinterpretAsFloats(), a1);
            a2 = v.fma(c0.lanewise(VectorOperators.LSHR, 1).and(0x7F_8000).or(0x3F80_0000).reinterpretAsFloats(), a2);
            a3 = v.fma(c0.lanewise(VectorOperators.LSHR, 9).and(0x7F_8000).or(0x3F80_0000).reinterpretAsFloats(), a3);
            a4 = v.fma(c1.lanewise(VectorOperators.LSHL, 15).and(0x7F_8000).or(0x3F80_0000).reinterpretAsFloats(), a4);
            a5 = v.fma(c1.lanewise(VectorOperators.LSHL, 7).and(0x7F_8000).or(0x3F80_0000).reinterpretAsFloats(), a5);
            a6 = v.fma(c1.lanewise(VectorOperators.LSHR, 1).and(0x7F_8000).or(0x3F80_0000).reinterpretAsFloats(), a6);
            a7 = v.fma(c1.lanewise(VectorOperators.LSHR, 9).and(0x7F_8000).or(0x3F80_0000).reinterpretAsFloats(), a7);
        }
        long o = out & MASK;
        total = total.mul(1.5f);
        a0.sub(total).mul(EIGHT_BIT_ONE).intoMemorySegment(ALL, o, ORDER);
        a1.sub(total).mul(EIGHT_BIT_ONE).intoMemorySegment(ALL, o + 64, ORDER);
        a2.sub(total).mul(EIGHT_BIT_ONE).intoMemorySegment(ALL, o + 128, ORDER);
        a3.sub(total).mul(EIGHT_BIT_ONE).intoMemorySegment(ALL, o + 192, ORDER);
        a4.sub(total).mul(EIGHT_BIT_ONE).intoMemorySegment(ALL, o + 256, ORDER);
        a5.sub(total).mul(EIGHT_BIT_ONE).intoMemorySegment(ALL, o + 320, ORDER);
        a6.sub(total).mul(EIGHT_BIT_ONE).intoMemorySegment(ALL, o + 384, ORDER);
        a7.sub(total).mul(EIGHT_BIT_ONE).intoMemorySegment(ALL, o + 448, ORDER);
    }
}
