package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.SPAN;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Coded;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Long columns of a dense weight times their inputs, added to sums that stay in the nearest cache. Four columns at a time are
 * read from end to end: memory is fast at long runs, and columns whose input is zero leave gaps between them.
 */
final class ColumnVectors {

    /** Columns that one pass adds. */
    private static final int TOGETHER = 4;

    /** Vectors in a unit; the sums of a word's places are 64 bytes apart. */
    private static final int PARTS = (int) (64 / STEP);

    private ColumnVectors() {
    }

    /** Writes the indices of the inputs {@code from .. to} that are not zero to {@code list}; their number. */
    static int nonZeros(long x, int from, int to, long list) {
        long xs = x & MASK;
        long ls = list & MASK;
        int n = 0;
        for (int k = from; k < to; k++) {
            setInt(ls + 4 * (n & INDEX), k);
            int bits = getInt(xs + 4 * (k & INDEX)) << 1; // without the sign of a zero
            n += (bits | -bits) >>> 31;
        }
        return n;
    }

    /**
     * Adds columns {@code list[0 .. count]} times their inputs to {@code sums}, in codes without their scales.
     *
     * @param w     the first unit wanted of column 0; columns are {@code step} bytes apart
     * @param units of 64 bytes in each column
     */
    static void add(Coded.Type type, long w, long step, int units, long x, long list, int count, long sums) {
        long xs = x & MASK;
        for (int j = 0; j < count; j += TOGETHER) {
            int last = count - 1 - j;
            int k0 = getInt(list + 4L * j);
            int k1 = getInt(list + 4L * (j + Math.min(1, last)));
            int k2 = getInt(list + 4L * (j + Math.min(2, last)));
            int k3 = getInt(list + 4L * (j + Math.min(3, last)));
            // past the end of the list the last column is read again, with an input of zero
            int x0 = getInt(xs + 4 * (k0 & INDEX));
            int x1 = last < 1 ? 0 : getInt(xs + 4 * (k1 & INDEX));
            int x2 = last < 2 ? 0 : getInt(xs + 4 * (k2 & INDEX));
            int x3 = last < 3 ? 0 : getInt(xs + 4 * (k3 & INDEX));
            long w0 = w + k0 * step;
            long w1 = w + k1 * step;
            long w2 = w + k2 * step;
            long w3 = w + k3 * step;
            switch (type) {
                case F32 -> floats(units * PARTS, w0, w1, w2, w3, x0, x1, x2, x3, sums);
                case BF16 -> halves(units, w0, w1, w2, w3, x0, x1, x2, x3, sums);
                case INT8 -> bytes(units, w0, w1, w2, w3, x0, x1, x2, x3, sums);
            }
        }
    }

    private static void floats(int vectors, long w0, long w1, long w2, long w3, int x0, int x1, int x2, int x3, long sums) {
        long s0 = w0 & MASK;
        long s1 = w1 & MASK;
        long s2 = w2 & MASK;
        long s3 = w3 & MASK;
        long o = sums & MASK;
        FloatVector u0 = IntVector.broadcast(I, x0).reinterpretAsFloats();
        FloatVector u1 = IntVector.broadcast(I, x1).reinterpretAsFloats();
        FloatVector u2 = IntVector.broadcast(I, x2).reinterpretAsFloats();
        FloatVector u3 = IntVector.broadcast(I, x3).reinterpretAsFloats();
        for (int v = 0; v < vectors; v++) {
            long at = (v & INDEX) * STEP;
            FloatVector a = u0.fma(fromMemorySegment(F, ALL, s0 + at, ORDER), fromMemorySegment(F, ALL, o + at, ORDER));
            FloatVector b = u1.mul(fromMemorySegment(F, ALL, s1 + at, ORDER));
            a = u2.fma(fromMemorySegment(F, ALL, s2 + at, ORDER), a);
            b = u3.fma(fromMemorySegment(F, ALL, s3 + at, ORDER), b);
            a.add(b).intoMemorySegment(ALL, o + at, ORDER);
        }
    }

    /** Two sums for each word. */
    private static void halves(int units, long w0, long w1, long w2, long w3, int x0, int x1, int x2, int x3, long sums) {
        long s0 = w0 & MASK;
        long s1 = w1 & MASK;
        long s2 = w2 & MASK;
        long s3 = w3 & MASK;
        long o = sums & MASK;
        FloatVector u0 = IntVector.broadcast(I, x0).reinterpretAsFloats();
        FloatVector u1 = IntVector.broadcast(I, x1).reinterpretAsFloats();
        FloatVector u2 = IntVector.broadcast(I, x2).reinterpretAsFloats();
        FloatVector u3 = IntVector.broadcast(I, x3).reinterpretAsFloats();
        for (int v = 0; v < units * PARTS; v++) {
            long at = (v & INDEX) * STEP;
            long out = o + ((v / PARTS * 128 + v % PARTS * STEP) & SPAN);
            IntVector c0 = fromMemorySegment(F, ALL, s0 + at, ORDER).reinterpretAsInts();
            IntVector c1 = fromMemorySegment(F, ALL, s1 + at, ORDER).reinterpretAsInts();
            IntVector c2 = fromMemorySegment(F, ALL, s2 + at, ORDER).reinterpretAsInts();
            IntVector c3 = fromMemorySegment(F, ALL, s3 + at, ORDER).reinterpretAsInts();
            FloatVector a = fromMemorySegment(F, ALL, out, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, out + 64, ORDER);
            a = u0.fma(c0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a);
            b = u0.fma(c0.and(0xFFFF_0000).reinterpretAsFloats(), b);
            a = u1.fma(c1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a);
            b = u1.fma(c1.and(0xFFFF_0000).reinterpretAsFloats(), b);
            a = u2.fma(c2.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a);
            b = u2.fma(c2.and(0xFFFF_0000).reinterpretAsFloats(), b);
            a = u3.fma(c3.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a);
            b = u3.fma(c3.and(0xFFFF_0000).reinterpretAsFloats(), b);
            a.intoMemorySegment(ALL, out, ORDER);
            b.intoMemorySegment(ALL, out + 64, ORDER);
        }
    }

    /** Four sums for each word, which with those of the places above it also take in those below; see {@link #settle}. */
    private static void bytes(int units, long w0, long w1, long w2, long w3, int x0, int x1, int x2, int x3, long sums) {
        long s0 = w0 & MASK;
        long s1 = w1 & MASK;
        long s2 = w2 & MASK;
        long s3 = w3 & MASK;
        long o = sums & MASK;
        FloatVector u0 = IntVector.broadcast(I, x0).reinterpretAsFloats();
        FloatVector u1 = IntVector.broadcast(I, x1).reinterpretAsFloats();
        FloatVector u2 = IntVector.broadcast(I, x2).reinterpretAsFloats();
        FloatVector u3 = IntVector.broadcast(I, x3).reinterpretAsFloats();
        for (int v = 0; v < units * PARTS; v++) {
            long at = (v & INDEX) * STEP;
            long out = o + ((v / PARTS * 256 + v % PARTS * STEP) & SPAN);
            FloatVector a = fromMemorySegment(F, ALL, out, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, out + 64, ORDER);
            FloatVector c = fromMemorySegment(F, ALL, out + 128, ORDER);
            FloatVector d = fromMemorySegment(F, ALL, out + 192, ORDER);
            IntVector c0 = fromMemorySegment(F, ALL, s0 + at, ORDER).reinterpretAsInts();
            a = u0.fma(c0.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a);
            b = u0.fma(c0.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), b);
            c = u0.fma(c0.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), c);
            d = u0.fma(c0.convert(VectorOperators.I2F, 0), d);
            IntVector c1 = fromMemorySegment(F, ALL, s1 + at, ORDER).reinterpretAsInts();
            a = u1.fma(c1.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a);
            b = u1.fma(c1.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), b);
            c = u1.fma(c1.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), c);
            d = u1.fma(c1.convert(VectorOperators.I2F, 0), d);
            IntVector c2 = fromMemorySegment(F, ALL, s2 + at, ORDER).reinterpretAsInts();
            a = u2.fma(c2.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a);
            b = u2.fma(c2.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), b);
            c = u2.fma(c2.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), c);
            d = u2.fma(c2.convert(VectorOperators.I2F, 0), d);
            IntVector c3 = fromMemorySegment(F, ALL, s3 + at, ORDER).reinterpretAsInts();
            a = u3.fma(c3.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a);
            b = u3.fma(c3.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), b);
            c = u3.fma(c3.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), c);
            d = u3.fma(c3.convert(VectorOperators.I2F, 0), d);
            a.intoMemorySegment(ALL, out, ORDER);
            b.intoMemorySegment(ALL, out + 64, ORDER);
            c.intoMemorySegment(ALL, out + 128, ORDER);
            d.intoMemorySegment(ALL, out + 192, ORDER);
        }
    }

    /** Takes off the sums of 8-bit codes what the places below added. They stay {@code 2^24} times as large. */
    static void settle(int units, long sums) {
        long o = sums & MASK;
        FloatVector below = FloatVector.broadcast(F, -0x1p-8f);
        for (int v = 0; v < units * PARTS; v++) {
            long out = o + ((v / PARTS * 256 + v % PARTS * STEP) & SPAN);
            FloatVector a = fromMemorySegment(F, ALL, out, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, out + 64, ORDER);
            FloatVector c = fromMemorySegment(F, ALL, out + 128, ORDER);
            FloatVector d = fromMemorySegment(F, ALL, out + 192, ORDER);
            c.fma(below, d).intoMemorySegment(ALL, out + 192, ORDER);
            b.fma(below, c).intoMemorySegment(ALL, out + 128, ORDER);
            a.fma(below, b).intoMemorySegment(ALL, out + 64, ORDER);
        }
    }
}
