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
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static dev.filigree.kernel.vector.Lanes.setShort;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.filigree.kernel.CodedGroup;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Groups of sixteen inputs in 4 bits, see {@link CodedGroup}. A code becomes a float without being converted: looked up in a vector, or where vectors are shorter than its
 * sixteen steps, behind the exponent of 2^23, where it is a float that is larger by 2^23, and so is the zero that is taken off.
 */
final class NibbleGroups {

    private static final long GROUP = 64; // bytes of its inputs, and of a unit
    private static final int BASE = 0x4B00_0000; // 2^23
    private static final int LOWEST = 15;
    private static final int SCALE = 0xFFFF_0000;
    private static final long PLACE = 0xFFF;
    /** Bytes to the table of a zero, which lies 12 bits up in its word. */
    private static final long TABLE = LOWEST * GROUP;
    private static final long TABLES = tables();
    /** Of two words that were read together, the first lies so many bits up, and the second. */
    private static final int FIRST = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 32;
    private static final int SECOND = 32 - FIRST;
    /** Groups that are decoded at a time: 64 KiB. */
    private static final int DECODED = 1024;

    private NibbleGroups() {
    }

    /** One token: {@code y[r] = bias[r] + sum} for rows {@code from .. to}, inputs along lanes. */
    static void run(long start, long words, long codes, long x, long y, long bias, long biasStep, int from, int to, long sums) {
        for (int r = from; r < to; r += GroupVectors.ROWS) {
            int live = Math.min(GroupVectors.ROWS, to - r);
            if (N == CodedGroup.SIZE) {
                steps(start + 4L * r, live, words, codes, x, sums);
            } else {
                parts(start + 4L * r, live, words, codes, x, sums);
            }
            GroupVectors.fold(sums);
            for (int i = 0; i < live; i++) {
                setFloat(y + 4L * (r + i), getFloat(bias + biasStep * (r + i)) + getFloat(sums + 4L * i));
            }
        }
    }

    /**
     * Vectors of a whole group. The four groups of a step are one piece of code with two sums: a loop over the eight of a unit, whose inner bounds the compiler
     * checks anew each time, took twice as long. A table for each zero turns codes, of which a selection sees only the lowest 4 bits, into floats
     * without another number to spread.
     */
    private static void steps(long start, int live, long words, long codes, long x, long sums) {
        long ws = words & MASK;
        long cs = codes & MASK;
        long xs = x & MASK;
        long ts = TABLES & MASK;
        for (int r = 0; r < live; r++) {
            FloatVector even = FloatVector.zero(F);
            FloatVector odd = even;
            int end = getInt((start + 4L * r + 4) & MASK) / CodedGroup.PER_STEP;
            for (int s = getInt((start + 4L * r) & MASK) / CodedGroup.PER_STEP; s < end; s++) {
                long i = s & INDEX;
                long w01 = getLong(ws + 16 * i);
                long w23 = getLong(ws + 16 * i + 8);
                IntVector c = IntVector.fromMemorySegment(I, ALL, cs + (i >>> 1) * GROUP, ORDER).lanewise(LSHR, (s & 1) << 4);
                even = c.selectFrom(IntVector.fromMemorySegment(I, ALL, ts + (w01 >>> FIRST + 6 & TABLE), ORDER)).reinterpretAsFloats()
                        .mul(IntVector.broadcast(I, (int) (w01 >>> FIRST) & SCALE).reinterpretAsFloats())
                        .fma(FloatVector.fromMemorySegment(F, ALL, xs + ((w01 >>> FIRST & PLACE) << 6), ORDER), even);
                odd = c.lanewise(LSHR, 4).selectFrom(IntVector.fromMemorySegment(I, ALL, ts + (w01 >>> SECOND + 6 & TABLE), ORDER)).reinterpretAsFloats()
                        .mul(IntVector.broadcast(I, (int) (w01 >>> SECOND) & SCALE).reinterpretAsFloats())
                        .fma(FloatVector.fromMemorySegment(F, ALL, xs + ((w01 >>> SECOND & PLACE) << 6), ORDER), odd);
                even = c.lanewise(LSHR, 8).selectFrom(IntVector.fromMemorySegment(I, ALL, ts + (w23 >>> FIRST + 6 & TABLE), ORDER)).reinterpretAsFloats()
                        .mul(IntVector.broadcast(I, (int) (w23 >>> FIRST) & SCALE).reinterpretAsFloats())
                        .fma(FloatVector.fromMemorySegment(F, ALL, xs + ((w23 >>> FIRST & PLACE) << 6), ORDER), even);
                odd = c.lanewise(LSHR, 12).selectFrom(IntVector.fromMemorySegment(I, ALL, ts + (w23 >>> SECOND + 6 & TABLE), ORDER)).reinterpretAsFloats()
                        .mul(IntVector.broadcast(I, (int) (w23 >>> SECOND) & SCALE).reinterpretAsFloats())
                        .fma(FloatVector.fromMemorySegment(F, ALL, xs + ((w23 >>> SECOND & PLACE) << 6), ORDER), odd);
            }
            even.add(odd).intoMemorySegment(ALL, (sums + r * STEP) & MASK, ORDER);
        }
    }

    /** For each zero what sixteen codes stand for, before their scale. */
    private static long tables() {
        MemorySegment t = Arena.global().allocate((LOWEST + 1) * GROUP, GROUP);
        for (int zero = 0; zero <= LOWEST; zero++) {
            for (int code = 0; code <= LOWEST; code++) {
                t.setAtIndex(ValueLayout.JAVA_FLOAT, zero * (LOWEST + 1) + code, code - zero);
            }
        }
        return t.address();
    }

    /** Vectors of part of a group. */
    private static void parts(long start, int live, long words, long codes, long x, long sums) {
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
            setShort(columns + 2L * g, (int) (word & PLACE) * 16);
            long q = cs + (i >>> 3) * GROUP;
            int shift = 4 * (int) (i & 7);
            for (long part = 0; part < GROUP; part += STEP) {
                IntVector code = IntVector.fromMemorySegment(I, ALL, q + part, ORDER).lanewise(LSHR, shift).and(LOWEST).or(BASE);
                code.reinterpretAsFloats().sub(zero).mul(scale).intoMemorySegment(ALL, vs + (g & INDEX) * GROUP + part, ORDER);
            }
        }
    }
}
