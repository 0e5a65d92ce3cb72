package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static dev.filigree.kernel.vector.Lanes.setShort;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Groups of sixteen inputs in 4 bits, see {@link dev.filigree.kernel.CodedGroup}. A code becomes a float without being converted: behind the exponent of 2^23 it is a
 * float that is larger by 2^23, and so is the zero that is taken off.
 */
final class NibbleGroups {

    private static final long GROUP = 64; // bytes of its inputs, and of a unit
    private static final int BASE = 0x4B00_0000; // 2^23
    private static final int LOWEST = 15;
    private static final int SCALE = 0xFFFF_0000;
    private static final int PLACE = 0xFFF;
    /** Groups that are decoded at a time: 64 KiB. */
    private static final int DECODED = 1024;

    private NibbleGroups() {
    }

    /** One token: {@code y[r] = bias[r] + sum} for rows {@code from .. to}, inputs along lanes. */
    static void run(long start, long words, long codes, long x, long y, long bias, long biasStep, int from, int to, long sums) {
        for (int r = from; r < to; r += GroupVectors.ROWS) {
            int live = Math.min(GroupVectors.ROWS, to - r);
            rows(start + 4L * r, live, words, codes, x, sums);
            GroupVectors.fold(sums);
            for (int i = 0; i < live; i++) {
                setFloat(y + 4L * (r + i), getFloat(bias + biasStep * (r + i)) + getFloat(sums + 4L * i));
            }
        }
    }

    private static void rows(long start, int live, long words, long codes, long x, long sums) {
        long ws = words & MASK;
        long cs = codes & MASK;
        long xs = x & MASK;
        for (int r = 0; r < live; r++) {
            FloatVector a = FloatVector.zero(F);
            int end = getInt((start + 4L * r + 4) & MASK);
            for (int j = getInt((start + 4L * r) & MASK); j < end; j++) {
                long i = j & INDEX;
                int word = getInt(ws + 4 * i);
                FloatVector scale = IntVector.broadcast(I, word & SCALE).reinterpretAsFloats();
                FloatVector zero = IntVector.broadcast(I, BASE | word >>> 12 & LOWEST).reinterpretAsFloats();
                long p = xs + (word & PLACE) * GROUP;
                long q = cs + (i >>> 3) * GROUP;
                int shift = 4 * (j & 7);
                for (long part = 0; part < GROUP; part += STEP) {
                    IntVector code = IntVector.fromMemorySegment(I, ALL, q + part, ORDER).lanewise(LSHR, shift).and(LOWEST).or(BASE);
                    a = code.reinterpretAsFloats().sub(zero).mul(scale).fma(FloatVector.fromMemorySegment(F, ALL, p + part, ORDER), a);
                }
            }
            a.intoMemorySegment(ALL, (sums + r * STEP) & MASK, ORDER);
        }
    }

    /** A panel of tokens: groups are decoded, a few rows at a time, and multiplied as {@link GroupRows} does. */
    static void panel(long start, long words, long codes, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        for (int first = from; first < to; ) {
            int begin = getInt(start + 4L * first);
            int last = first + 1;
            while (last < to && getInt(start + 4L * last + 4) - begin <= DECODED) {
                last++;
            }
            int groups = getInt(start + 4L * last) - begin;
            long values = Scratch.address(groups * (GROUP + Short.BYTES) + 4L * (last - first + 1));
            long starts = values + groups * GROUP;
            long columns = starts + 4L * (last - first + 1);
            for (int r = first; r <= last; r++) {
                setInt(starts + 4L * (r - first), getInt(start + 4L * r) - begin);
            }
            decode(words, codes, begin, groups, values, columns);
            GroupRows.run(starts - 4L * first, columns, values, 16, shift, x, y, first, last, bias, biasStep, false);
            first = last;
        }
    }

    private static void decode(long words, long codes, int begin, int groups, long values, long columns) {
        long ws = words & MASK;
        long cs = codes & MASK;
        long vs = values & MASK;
        for (int g = 0; g < groups; g++) {
            long i = begin + g & INDEX;
            int word = getInt(ws + 4 * i);
            FloatVector scale = IntVector.broadcast(I, word & SCALE).reinterpretAsFloats();
            FloatVector zero = IntVector.broadcast(I, BASE | word >>> 12 & LOWEST).reinterpretAsFloats();
            setShort(columns + 2L * g, (word & PLACE) * 16);
            long q = cs + (i >>> 3) * GROUP;
            int shift = 4 * (int) (i & 7);
            for (long part = 0; part < GROUP; part += STEP) {
                IntVector code = IntVector.fromMemorySegment(I, ALL, q + part, ORDER).lanewise(LSHR, shift).and(LOWEST).or(BASE);
                code.reinterpretAsFloats().sub(zero).mul(scale).intoMemorySegment(ALL, vs + (g & INDEX) * GROUP + part, ORDER);
            }
        }
    }
}
