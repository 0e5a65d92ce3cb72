package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
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
        int j = 0;
        for (; j + 4 <= count; j += 4) {
            a += getFloat((values + 4L * j) & MASK) * getFloat((x + (getShort((column + 2L * j) & MASK) << 2)) & MASK);
            b += getFloat((values + 4L * j + 4) & MASK) * getFloat((x + (getShort((column + 2L * j + 2) & MASK) << 2)) & MASK);
            c += getFloat((values + 4L * j + 8) & MASK) * getFloat((x + (getShort((column + 2L * j + 4) & MASK) << 2)) & MASK);
            d += getFloat((values + 4L * j + 12) & MASK) * getFloat((x + (getShort((column + 2L * j + 6) & MASK) << 2)) & MASK);
        }
        for (; j < count; j++) {
            a += getFloat((values + 4L * j) & MASK) * getFloat((x + (getShort((column + 2L * j) & MASK) << 2)) & MASK);
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
        FloatVector a = FloatVector.zero(F), b = a;
        int i = 0;
        for (; i < words && values + 256 <= end; i++) {
            long word = getLong((bits + 8L * i) & MASK);
            long p = x + 256L * i;
            for (int l = 0; l < 64; l += 2 * N) {
                long first = word >>> l & LANES;
                long second = word >>> l + N & LANES;
                long q = values + 4L * Long.bitCount(first);
                VectorMask<Float> live = VectorMask.fromLong(F, first);
                VectorMask<Float> next = VectorMask.fromLong(F, second);
                a = fromMemorySegment(F, ALL, values & MASK, ORDER).expand(live).fma(fromMemorySegment(F, ALL, p & MASK, ORDER), a);
                b = fromMemorySegment(F, ALL, q & MASK, ORDER).expand(next).fma(fromMemorySegment(F, ALL, (p + STEP) & MASK, ORDER), b);
                values = q + 4L * Long.bitCount(second);
                p += 2 * STEP;
            }
        }
        return Functions.sum(a.add(b)) + singleBits(i, words + partial, bits, values, x);
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
