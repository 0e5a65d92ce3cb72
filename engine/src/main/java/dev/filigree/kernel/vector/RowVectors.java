package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.LOW;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.NEXT;
import static dev.filigree.kernel.vector.Lanes.OF4;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Single sparse rows times one token: one sum for each row. */
final class RowVectors {

    private static final long LANES = (1L << N) - 1;

    private RowVectors() {
    }

    /** {@code count} listed entries. One number at a time in four sums: fetching inputs by index is slower in vectors' clothing. */
    static float listed(int count, long column, long values, long x) {
        float a = 0, b = 0, c = 0, d = 0;
        long cs = column & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        int j = 0;
        for (; j + 4 <= count; j += 4) {
            long i = j & INDEX;
            long four = getLong(cs + 2 * i);
            a += getFloat(vs + 4 * i) * getFloat(xs + ((four >>> OF4 & LOW) << 2));
            b += getFloat(vs + 4 * i + 4) * getFloat(xs + ((four >>> OF4 + NEXT & LOW) << 2));
            c += getFloat(vs + 4 * i + 8) * getFloat(xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2));
            d += getFloat(vs + 4 * i + 12) * getFloat(xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2));
        }
        for (; j < count; j++) {
            long i = j & INDEX;
            a += getFloat(vs + 4 * i) * getFloat(xs + (getShort(cs + 2 * i) << 2));
        }
        return a + b + (c + d);
    }

    /** {@code groups} groups of m inputs with n places each. */
    static float places(int groups, int n, int m, long place, long values, long x) {
        float even = 0, odd = 0;
        for (int g = 0; g < groups; g++) {
            for (int i = 0; i + 2 <= n; i += 2) {
                even += getFloat((values + 4L * i) & MASK) * getFloat((x + 4L * ALL.get(JAVA_BYTE, (place + i) & MASK)) & MASK);
                odd += getFloat((values + 4L * i + 4) & MASK) * getFloat((x + 4L * ALL.get(JAVA_BYTE, (place + i + 1) & MASK)) & MASK);
            }
            if ((n & 1) != 0) {
                even += getFloat((values + 4L * n - 4) & MASK) * getFloat((x + 4L * ALL.get(JAVA_BYTE, (place + n - 1) & MASK)) & MASK);
            }
            place += n;
            values += 4L * n;
            x += 4L * m;
        }
        return even + odd;
    }

    /**
     * {@code words} words of 64 bits, one for each input. Values are spread to the lanes whose bit is set.
     *
     * @param words words with all their 64 inputs
     * @param partial 1 where a word with fewer inputs follows, else 0
     * @param end   behind the last value of the matrix; vectors read so many values as a word could have, so the words for which
     *              that would lead past the end are done one number at a time
     */
    static float bits(int words, int partial, long bits, long values, long end, long x) {
        FloatVector a = FloatVector.zero(F), b = a, c = a, d = a;
        long bs = bits & MASK;
        long xs = x & MASK;
        int i = 0;
        for (; i < words && values + 256 <= end; i++) {
            long word = getLong(bs + 8 * (i & INDEX));
            for (int l = 0; l < 64; l += 4 * N) {
                long p = xs + 256 * (i & INDEX) + 4 * (l & INDEX);
                long m0 = word >>> l & LANES;
                long m1 = word >>> l + N & LANES;
                long m2 = word >>> l + 2 * N & LANES;
                long m3 = word >>> l + 3 * N & LANES;
                long q0 = values & MASK;
                long q1 = q0 + 4 * (Long.bitCount(m0) & INDEX);
                long q2 = q1 + 4 * (Long.bitCount(m1) & INDEX);
                long q3 = q2 + 4 * (Long.bitCount(m2) & INDEX);
                VectorMask<Float> k0 = VectorMask.fromLong(F, m0);
                VectorMask<Float> k1 = VectorMask.fromLong(F, m1);
                VectorMask<Float> k2 = VectorMask.fromLong(F, m2);
                VectorMask<Float> k3 = VectorMask.fromLong(F, m3);
                a = fromMemorySegment(F, ALL, q0, ORDER).expand(k0).fma(fromMemorySegment(F, ALL, p, ORDER), a);
                b = fromMemorySegment(F, ALL, q1, ORDER).expand(k1).fma(fromMemorySegment(F, ALL, p + STEP, ORDER), b);
                c = fromMemorySegment(F, ALL, q2, ORDER).expand(k2).fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), c);
                d = fromMemorySegment(F, ALL, q3, ORDER).expand(k3).fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), d);
                values = q3 + 4 * (Long.bitCount(m3) & INDEX);
            }
        }
        return Functions.sum(a.add(b).add(c.add(d))) + singleBits(i, words + partial, bits, values, x);
    }

    private static float singleBits(int from, int words, long bits, long values, long x) {
        float sum = 0;
        for (int i = from; i < words; i++) {
            for (long left = getLong((bits + 8L * i) & MASK); left != 0; left &= left - 1) {
                sum += getFloat(values & MASK) * getFloat((x + 256L * i + 4L * Long.numberOfTrailingZeros(left)) & MASK);
                values += 4;
            }
        }
        return sum;
    }
}
