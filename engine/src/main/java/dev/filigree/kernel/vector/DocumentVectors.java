package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.LOW;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * A document times a query that lies in a table. What the table holds of its terms is laid into two rows, one of the entries at even places and
 * one of those at odd places, as the weights lie in the low and the high halves of whole numbers; the rest is vectors. Fetching the table in
 * vectors would be slower, see {@link RowVectors#listed}, and converting each weight by itself too.
 */
final class DocumentVectors {

    /** As in {@link HalfPastVectors}: these bits of a half, moved to where a float has them, are the number times 2^-112. */
    private static final int BITS = 0x8FFFE000;
    private static final float LIFT = 0x1p112f;
    private static final int LINE = 64;

    private DocumentVectors() {
    }

    /** Reads one number of every line of some vectors: none waits for another. What {@code nowhere} gets keeps the compiler from leaving it out. */
    static void call(long start, long entries, int bytes, long numbers, int count, long nowhere) {
        long s = start & MASK;
        long n = numbers & MASK;
        int sum = 0;
        for (int i = 0; i < count; i++) {
            long d = 4 * (getInt(n + 4L * i) & INDEX);
            long end = entries + (long) bytes * getInt(s + d + 4);
            for (long p = entries + (long) bytes * getInt(s + d); p < end; p += LINE) {
                sum += getInt(p & MASK);
            }
        }
        setInt(nowhere & MASK, sum);
    }

    /** Rows of {@code ints} numbers each; what is past the size is zero. */
    static void gather16(long terms, int size, int ints, long table, long even, long odd) {
        long ts = terms & MASK;
        long xs = table & MASK;
        long es = even & MASK;
        long os = odd & MASK;
        int j = 0;
        for (; j + 4 <= size; j += 4) {
            long i = j & INDEX;
            long four = getLong(ts + 2 * i);
            setInt(es + 2 * i, getInt(xs + ((four & LOW) << 2)));
            setInt(os + 2 * i, getInt(xs + ((four >>> 16 & LOW) << 2)));
            setInt(es + 2 * i + 4, getInt(xs + ((four >>> 32 & LOW) << 2)));
            setInt(os + 2 * i + 4, getInt(xs + (four >>> 48 << 2)));
        }
        for (; j < 2 * ints; j++) {
            long i = j & INDEX;
            setInt((i & 1) == 0 ? es + 2 * i : os + 2 * i - 2, j < size ? getInt(xs + (getShort(ts + 2 * i) << 2)) : 0);
        }
    }

    static void gather32(long terms, int size, int ints, long table, long even, long odd) {
        long ts = terms & MASK;
        long xs = table & MASK;
        long es = even & MASK;
        long os = odd & MASK;
        for (int j = 0; j < 2 * ints; j++) {
            long i = j & INDEX;
            setInt((i & 1) == 0 ? es + 2 * i : os + 2 * i - 2, j < size ? getInt(xs + 4 * (getInt(ts + 4 * i) & INDEX)) : 0);
        }
    }

    /** The sums, a vector of them. */
    static void multiply(long weights, int ints, long even, long odd, long out) {
        long ws = weights & MASK;
        long es = even & MASK;
        long os = odd & MASK;
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        for (int j = 0; j < ints; j += N) {
            long i = 4 * (j & INDEX);
            IntVector w = IntVector.fromMemorySegment(I, ALL, ws + i, ORDER);
            a = w.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(LIFT).fma(fromMemorySegment(F, ALL, es + i, ORDER), a);
            b = w.lanewise(VectorOperators.ASHR, 3).and(BITS).reinterpretAsFloats().mul(LIFT).fma(fromMemorySegment(F, ALL, os + i, ORDER), b);
        }
        a.add(b).intoMemorySegment(ALL, out & MASK, ORDER);
    }
}
