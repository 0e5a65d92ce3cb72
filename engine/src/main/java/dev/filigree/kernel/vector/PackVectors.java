package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.MatrixVector.COLUMN_ROWS;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Coded;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A dense weight in packs of 64 outputs times one token. The sums of a pack stay in registers from the first column to the
 * last, and memory is read from end to end by two readers. Two columns at a time: the compiler would else repeat the loop
 * itself, and did so badly that it lost half of the speed.
 */
final class PackVectors {

    /** Packs that {@link #sums} reads side by side. */
    static final int TOGETHER = N == 16 ? 2 : 1;

    /** Pieces of a pack: what one of the two readers adds up takes 4 N outputs. */
    private static final int PIECES = 16 / N;

    /** Bytes of sums between the first vector of a piece in 16 bits and its second. */
    private static final long NEXT_CHUNK = N == 16 ? 128 : STEP;

    private PackVectors() {
    }

    /**
     * Sums of codes, before their scales, of {@code packs}, at most {@link #TOGETHER}; those of 8 bits are {@code 2^24} times as
     * large.
     *
     * @param packBytes bytes of a pack
     * @param list      inputs that count, 32 bits each, with room for one more
     * @param out       {@code [TOGETHER] [64]}
     */
    static void sums(Coded.Type type, int packs, long w, long packBytes, long x, long list, int count, long out) {
        for (int i = 0; i < packs * PIECES; i += 2) {
            int j = Math.min(i + 1, packs * PIECES - 1);
            long near = w + i / PIECES * packBytes + inPack(type, i % PIECES);
            long far = w + j / PIECES * packBytes + inPack(type, j % PIECES);
            long o = out + sumsOf(type, i);
            long p = out + sumsOf(type, j);
            switch (type) {
                case F32 -> floats(count, list, x, near, far, o, p);
                case BF16 -> halves(count, list, x, near, far, o, p);
                case INT8 -> bytes(count, list, x, near, far, o, p);
            }
        }
    }

    private static long inPack(Coded.Type type, int piece) {
        return (long) piece * (COLUMN_ROWS / PIECES) * type.bits() / 8;
    }

    /** Where the sums of a piece begin: the places of a word are sixteen outputs apart. */
    private static long sumsOf(Coded.Type type, int piece) {
        long at = inPack(type, piece);
        return at / Coded.UNIT * type.perUnit() * 4 + at % Coded.UNIT;
    }

    private static void floats(int count, long list, long x, long near, long far, long out, long outFar) {
        long ls = list & MASK;
        long xs = x & MASK;
        long n = near & MASK;
        long f = far & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
        FloatVector b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (int j = 0; j < count; j += 2) {
            long k = getInt(ls + 4 * (j & INDEX)) & INDEX;
            long l = getInt(ls + 4 * (j & INDEX) + 4) & INDEX;
            FloatVector u = IntVector.broadcast(I, getInt(xs + 4 * k)).reinterpretAsFloats();
            FloatVector v = IntVector.broadcast(I, j + 1 < count ? getInt(xs + 4 * l) : 0).reinterpretAsFloats();
            a0 = u.fma(fromMemorySegment(F, ALL, n + 256 * k, ORDER), a0);
            a1 = u.fma(fromMemorySegment(F, ALL, n + 256 * k + STEP, ORDER), a1);
            a2 = u.fma(fromMemorySegment(F, ALL, n + 256 * k + 2 * STEP, ORDER), a2);
            a3 = u.fma(fromMemorySegment(F, ALL, n + 256 * k + 3 * STEP, ORDER), a3);
            b0 = u.fma(fromMemorySegment(F, ALL, f + 256 * k, ORDER), b0);
            b1 = u.fma(fromMemorySegment(F, ALL, f + 256 * k + STEP, ORDER), b1);
            b2 = u.fma(fromMemorySegment(F, ALL, f + 256 * k + 2 * STEP, ORDER), b2);
            b3 = u.fma(fromMemorySegment(F, ALL, f + 256 * k + 3 * STEP, ORDER), b3);
            a0 = v.fma(fromMemorySegment(F, ALL, n + 256 * l, ORDER), a0);
            a1 = v.fma(fromMemorySegment(F, ALL, n + 256 * l + STEP, ORDER), a1);
            a2 = v.fma(fromMemorySegment(F, ALL, n + 256 * l + 2 * STEP, ORDER), a2);
            a3 = v.fma(fromMemorySegment(F, ALL, n + 256 * l + 3 * STEP, ORDER), a3);
            b0 = v.fma(fromMemorySegment(F, ALL, f + 256 * l, ORDER), b0);
            b1 = v.fma(fromMemorySegment(F, ALL, f + 256 * l + STEP, ORDER), b1);
            b2 = v.fma(fromMemorySegment(F, ALL, f + 256 * l + 2 * STEP, ORDER), b2);
            b3 = v.fma(fromMemorySegment(F, ALL, f + 256 * l + 3 * STEP, ORDER), b3);
        }
        long o = out & MASK;
        long p = outFar & MASK;
        a0.intoMemorySegment(ALL, o, ORDER);
        a1.intoMemorySegment(ALL, o + STEP, ORDER);
        a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
        a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        b0.intoMemorySegment(ALL, p, ORDER);
        b1.intoMemorySegment(ALL, p + STEP, ORDER);
        b2.intoMemorySegment(ALL, p + 2 * STEP, ORDER);
        b3.intoMemorySegment(ALL, p + 3 * STEP, ORDER);
    }

    private static void halves(int count, long list, long x, long near, long far, long out, long outFar) {
        long ls = list & MASK;
        long xs = x & MASK;
        long n = near & MASK;
        long f = far & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
        FloatVector b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (int j = 0; j < count; j += 2) {
            long k = getInt(ls + 4 * (j & INDEX)) & INDEX;
            long l = getInt(ls + 4 * (j & INDEX) + 4) & INDEX;
            FloatVector u = IntVector.broadcast(I, getInt(xs + 4 * k)).reinterpretAsFloats();
            FloatVector v = IntVector.broadcast(I, j + 1 < count ? getInt(xs + 4 * l) : 0).reinterpretAsFloats();
            IntVector w = fromMemorySegment(F, ALL, n + 128 * k, ORDER).reinterpretAsInts();
            a0 = u.fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
            a1 = u.fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a1);
            w = fromMemorySegment(F, ALL, n + 128 * k + STEP, ORDER).reinterpretAsInts();
            a2 = u.fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a2);
            a3 = u.fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a3);
            w = fromMemorySegment(F, ALL, f + 128 * k, ORDER).reinterpretAsInts();
            b0 = u.fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), b0);
            b1 = u.fma(w.and(0xFFFF_0000).reinterpretAsFloats(), b1);
            w = fromMemorySegment(F, ALL, f + 128 * k + STEP, ORDER).reinterpretAsInts();
            b2 = u.fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), b2);
            b3 = u.fma(w.and(0xFFFF_0000).reinterpretAsFloats(), b3);
            w = fromMemorySegment(F, ALL, n + 128 * l, ORDER).reinterpretAsInts();
            a0 = v.fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
            a1 = v.fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a1);
            w = fromMemorySegment(F, ALL, n + 128 * l + STEP, ORDER).reinterpretAsInts();
            a2 = v.fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a2);
            a3 = v.fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a3);
            w = fromMemorySegment(F, ALL, f + 128 * l, ORDER).reinterpretAsInts();
            b0 = v.fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), b0);
            b1 = v.fma(w.and(0xFFFF_0000).reinterpretAsFloats(), b1);
            w = fromMemorySegment(F, ALL, f + 128 * l + STEP, ORDER).reinterpretAsInts();
            b2 = v.fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), b2);
            b3 = v.fma(w.and(0xFFFF_0000).reinterpretAsFloats(), b3);
        }
        long o = out & MASK;
        long p = outFar & MASK;
        a1.intoMemorySegment(ALL, o + 64, ORDER);
        a0.intoMemorySegment(ALL, o, ORDER);
        a3.intoMemorySegment(ALL, o + NEXT_CHUNK + 64, ORDER);
        a2.intoMemorySegment(ALL, o + NEXT_CHUNK, ORDER);
        b1.intoMemorySegment(ALL, p + 64, ORDER);
        b0.intoMemorySegment(ALL, p, ORDER);
        b3.intoMemorySegment(ALL, p + NEXT_CHUNK + 64, ORDER);
        b2.intoMemorySegment(ALL, p + NEXT_CHUNK, ORDER);
    }

    private static void bytes(int count, long list, long x, long near, long far, long out, long outFar) {
        long ls = list & MASK;
        long xs = x & MASK;
        long n = near & MASK;
        long f = far & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
        FloatVector b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (int j = 0; j < count; j += 2) {
            long k = getInt(ls + 4 * (j & INDEX)) & INDEX;
            long l = getInt(ls + 4 * (j & INDEX) + 4) & INDEX;
            FloatVector u = IntVector.broadcast(I, getInt(xs + 4 * k)).reinterpretAsFloats();
            FloatVector v = IntVector.broadcast(I, j + 1 < count ? getInt(xs + 4 * l) : 0).reinterpretAsFloats();
            IntVector w = fromMemorySegment(F, ALL, n + 64 * k, ORDER).reinterpretAsInts();
            a0 = u.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a0);
            a1 = u.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), a1);
            a2 = u.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), a2);
            a3 = u.fma(w.convert(VectorOperators.I2F, 0), a3);
            w = fromMemorySegment(F, ALL, f + 64 * k, ORDER).reinterpretAsInts();
            b0 = u.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), b0);
            b1 = u.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), b1);
            b2 = u.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), b2);
            b3 = u.fma(w.convert(VectorOperators.I2F, 0), b3);
            w = fromMemorySegment(F, ALL, n + 64 * l, ORDER).reinterpretAsInts();
            a0 = v.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a0);
            a1 = v.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), a1);
            a2 = v.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), a2);
            a3 = v.fma(w.convert(VectorOperators.I2F, 0), a3);
            w = fromMemorySegment(F, ALL, f + 64 * l, ORDER).reinterpretAsInts();
            b0 = v.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), b0);
            b1 = v.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), b1);
            b2 = v.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), b2);
            b3 = v.fma(w.convert(VectorOperators.I2F, 0), b3);
        }
        long o = out & MASK;
        long p = outFar & MASK;
        FloatVector below = FloatVector.broadcast(F, -0x1p-8f);
        a2.fma(below, a3).intoMemorySegment(ALL, o + 192, ORDER);
        a1.fma(below, a2).intoMemorySegment(ALL, o + 128, ORDER);
        a0.fma(below, a1).intoMemorySegment(ALL, o + 64, ORDER);
        a0.intoMemorySegment(ALL, o, ORDER);
        b2.fma(below, b3).intoMemorySegment(ALL, p + 192, ORDER);
        b1.fma(below, b2).intoMemorySegment(ALL, p + 128, ORDER);
        b0.fma(below, b1).intoMemorySegment(ALL, p + 64, ORDER);
        b0.intoMemorySegment(ALL, p, ORDER);
    }
}
