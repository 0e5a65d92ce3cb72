package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.LOW;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.NEXT;
import static dev.filigree.kernel.vector.Lanes.OF2;
import static dev.filigree.kernel.vector.Lanes.OF4;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Coded;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Blocks of 4, 8 or 16 outputs in 16 or 8 bits times one token, for vectors of sixteen lanes. A unit holds several blocks. With 8
 * bits each place of the words holds other rows of the same blocks (see {@link Coded#inBlock}), so that all places take one
 * vector of inputs. The inputs of a unit are spread each over a vector, which a read does at no cost, and merged in pairs:
 * gathered one by one through memory they took longer.
 */
final class CodedBlockVectors {

    /** Of every two groups of so many lanes, the second. */
    private static final VectorMask<Float> EVERY_1 = VectorMask.fromLong(F, 0xAAAA);
    private static final VectorMask<Float> EVERY_2 = VectorMask.fromLong(F, 0xCCCC);
    private static final VectorMask<Float> EVERY_4 = VectorMask.fromLong(F, 0xF0F0);
    private static final VectorMask<Float> EVERY_8 = VectorMask.fromLong(F, 0xFF00);

    /** Units whose inputs are spread at a time. */
    static final int STAGED = 32;

    private CodedBlockVectors() {
    }

    /**
     * Sums of codes, before their scales, for runs of whole units of blocks that lie end to end; those of 8 bits are
     * {@code 2^24} times as large.
     *
     * @param ends the block at which each run ends, 32 bits each
     * @param from the block at which the first run begins
     * @param out  {@code [runs] [blockRows / words] [16]}, word i of a block in every lane l with {@code l % words == i}
     * @param stage room for {@link #STAGED} vectors
     */
    static void sums(Coded.Type type, int blockRows, int runs, long ends, int from, long column, long values, long x, long out, long stage) {
        switch (type.bits() * 100 + blockRows) {
            case 816 -> bytesWhole(runs, ends, from, column, values, x, out);
            case 808 -> bytesHalves(runs, ends, from, column, values, x, out);
            case 804 -> bytesQuarters(runs, ends, from, column, values, x, out, stage);
            case 1616 -> shortsWhole(runs, ends, from, column, values, x, out);
            case 1608 -> shortsHalves(runs, ends, from, column, values, x, out);
            case 1604 -> shortsQuarters(runs, ends, from, column, values, x, out);
            default -> throw new IllegalArgumentException("no coded blocks of " + blockRows + " outputs in " + type);
        }
    }

    private static void bytesWhole(int runs, long ends, int from, long column, long values, long x, long out) {
        long c = column + 2L * from & MASK;
        long q = values + 16L * from & MASK;
        long xs = x & MASK;
        int v = 0;
        for (int r = 0; r < runs; r++) {
            int end = (getInt(ends + 4L * r) - from) / 4;
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            for (; v < end; v++) {
                long i = v & INDEX;
                long l0 = getLong(c + 8 * i);
                FloatVector p0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_4);
                FloatVector p1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_4);
                FloatVector u = p0.blend(p1, EVERY_8);
                IntVector w = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
                a0 = u.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a0);
                a1 = u.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), a1);
                a2 = u.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), a2);
                a3 = u.fma(w.convert(VectorOperators.I2F, 0), a3);
            }
            long o = out + 256L * r & MASK;
            // a word taken for one number also held the places below
            FloatVector below = FloatVector.broadcast(F, -0x1p-8f);
            a2.fma(below, a3).intoMemorySegment(ALL, o + 192, ORDER);
            a1.fma(below, a2).intoMemorySegment(ALL, o + 128, ORDER);
            a0.fma(below, a1).intoMemorySegment(ALL, o + 64, ORDER);
            a0.intoMemorySegment(ALL, o, ORDER);
        }
    }

    private static void bytesHalves(int runs, long ends, int from, long column, long values, long x, long out) {
        long c = column + 2L * from & MASK;
        long q = values + 8L * from & MASK;
        long xs = x & MASK;
        int v = 0;
        for (int r = 0; r < runs; r++) {
            int end = (getInt(ends + 4L * r) - from) / 8;
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            for (; v < end; v++) {
                long i = v & INDEX;
                long l0 = getLong(c + 16 * i);
                long l1 = getLong(c + 16 * i + 8);
                FloatVector p0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_2);
                FloatVector p1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_2);
                FloatVector p2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_2);
                FloatVector p3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_2);
                FloatVector p4 = p0.blend(p1, EVERY_4);
                FloatVector p5 = p2.blend(p3, EVERY_4);
                FloatVector u = p4.blend(p5, EVERY_8);
                IntVector w = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
                a0 = u.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a0);
                a1 = u.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), a1);
                a2 = u.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), a2);
                a3 = u.fma(w.convert(VectorOperators.I2F, 0), a3);
            }
            long o = out + 256L * r & MASK;
            // a word taken for one number also held the places below
            FloatVector below = FloatVector.broadcast(F, -0x1p-8f);
            a2.fma(below, a3).intoMemorySegment(ALL, o + 192, ORDER);
            a1.fma(below, a2).intoMemorySegment(ALL, o + 128, ORDER);
            a0.fma(below, a1).intoMemorySegment(ALL, o + 64, ORDER);
            a0.intoMemorySegment(ALL, o, ORDER);
        }
    }

    /**
     * In one method the conversions were met when the graph was so large already that the compiler no longer knew the class of
     * what they convert, in some processes: they were left as calls, four times slower. So inputs are spread by a loop of its own.
     */
    private static void bytesQuarters(int runs, long ends, int from, long column, long values, long x, long out, long stage) {
        long q = values + 4L * from & MASK;
        int v = 0;
        for (int r = 0; r < runs; r++) {
            int end = (getInt(ends + 4L * r) - from) / 16;
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            while (v < end) {
                int piece = Math.min(end, v + STAGED);
                spread(column + 2L * from, v, piece, x, stage);
                long s = stage - 64L * v & MASK;
                for (; v < piece; v++) {
                    long i = v & INDEX;
                    FloatVector u = fromMemorySegment(F, ALL, s + 64 * i, ORDER);
                    IntVector w = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
                    a0 = u.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a0);
                    a1 = u.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), a1);
                    a2 = u.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), a2);
                    a3 = u.fma(w.convert(VectorOperators.I2F, 0), a3);
                }
            }
            long o = out + 256L * r & MASK;
            // a word taken for one number also held the places below
            FloatVector below = FloatVector.broadcast(F, -0x1p-8f);
            a2.fma(below, a3).intoMemorySegment(ALL, o + 192, ORDER);
            a1.fma(below, a2).intoMemorySegment(ALL, o + 128, ORDER);
            a0.fma(below, a1).intoMemorySegment(ALL, o + 64, ORDER);
            a0.intoMemorySegment(ALL, o, ORDER);
        }
    }

    /** Inputs of the sixteen blocks of each unit {@code from .. to}, side by side. */
    private static void spread(long column, int from, int to, long x, long stage) {
        long c = column & MASK;
        long xs = x & MASK;
        long o = stage - 64L * from & MASK;
        for (int v = from; v < to; v++) {
            long i = v & INDEX;
            long l0 = getLong(c + 32 * i);
            long l1 = getLong(c + 32 * i + 8);
            long l2 = getLong(c + 32 * i + 16);
            long l3 = getLong(c + 32 * i + 24);
            FloatVector p0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                    .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_1);
            FloatVector p1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                    .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_1);
            FloatVector p2 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                    .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_1);
            FloatVector p3 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                    .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_1);
            FloatVector p4 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l2 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                    .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l2 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_1);
            FloatVector p5 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l2 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                    .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l2 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_1);
            FloatVector p6 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l3 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                    .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l3 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_1);
            FloatVector p7 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l3 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                    .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l3 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_1);
            FloatVector lower = p0.blend(p1, EVERY_2).blend(p2.blend(p3, EVERY_2), EVERY_4);
            FloatVector upper = p4.blend(p5, EVERY_2).blend(p6.blend(p7, EVERY_2), EVERY_4);
            lower.blend(upper, EVERY_8).intoMemorySegment(ALL, o + 64 * i, ORDER);
        }
    }

    private static void shortsWhole(int runs, long ends, int from, long column, long values, long x, long out) {
        long c = column + 2L * from & MASK;
        long q = values + 32L * from & MASK;
        long xs = x & MASK;
        int v = 0;
        for (int r = 0; r < runs; r++) {
            int end = (getInt(ends + 4L * r) - from) / 2;
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            for (; v + 2 <= end; v += 2) {
                long i = v & INDEX;
                int t0 = getInt(c + 4 * i);
                FloatVector u0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((t0 >>> OF2 & LOW) << 2))).reinterpretAsFloats();
                FloatVector z0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((t0 >>> OF2 + NEXT & LOW) << 2))).reinterpretAsFloats();
                IntVector w0 = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
                a0 = u0.fma(w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
                a1 = z0.fma(w0.and(0xFFFF_0000).reinterpretAsFloats(), a1);
                int t1 = getInt(c + 4 * i + 4);
                FloatVector u1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((t1 >>> OF2 & LOW) << 2))).reinterpretAsFloats();
                FloatVector z1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((t1 >>> OF2 + NEXT & LOW) << 2))).reinterpretAsFloats();
                IntVector w1 = fromMemorySegment(F, ALL, q + 64 * i + 64, ORDER).reinterpretAsInts();
                a2 = u1.fma(w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a2);
                a3 = z1.fma(w1.and(0xFFFF_0000).reinterpretAsFloats(), a3);
            }
            for (; v < end; v++) {
                long i = v & INDEX;
                int t0 = getInt(c + 4 * i);
                FloatVector u0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((t0 >>> OF2 & LOW) << 2))).reinterpretAsFloats();
                FloatVector z0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((t0 >>> OF2 + NEXT & LOW) << 2))).reinterpretAsFloats();
                IntVector w0 = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
                a0 = u0.fma(w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
                a1 = z0.fma(w0.and(0xFFFF_0000).reinterpretAsFloats(), a1);
            }
            a0.add(a1).add(a2.add(a3)).intoMemorySegment(ALL, out + 64L * r & MASK, ORDER);
        }
    }

    private static void shortsHalves(int runs, long ends, int from, long column, long values, long x, long out) {
        long c = column + 2L * from & MASK;
        long q = values + 16L * from & MASK;
        long xs = x & MASK;
        int v = 0;
        for (int r = 0; r < runs; r++) {
            int end = (getInt(ends + 4L * r) - from) / 4;
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            for (; v + 2 <= end; v += 2) {
                long i = v & INDEX;
                long l0 = getLong(c + 8 * i);
                FloatVector u0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_8);
                FloatVector z0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_8);
                IntVector w0 = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
                a0 = u0.fma(w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
                a1 = z0.fma(w0.and(0xFFFF_0000).reinterpretAsFloats(), a1);
                long l1 = getLong(c + 8 * i + 8);
                FloatVector u1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_8);
                FloatVector z1 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l1 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_8);
                IntVector w1 = fromMemorySegment(F, ALL, q + 64 * i + 64, ORDER).reinterpretAsInts();
                a2 = u1.fma(w1.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a2);
                a3 = z1.fma(w1.and(0xFFFF_0000).reinterpretAsFloats(), a3);
            }
            for (; v < end; v++) {
                long i = v & INDEX;
                long l0 = getLong(c + 8 * i);
                FloatVector u0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_8);
                FloatVector z0 = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_8);
                IntVector w0 = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
                a0 = u0.fma(w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
                a1 = z0.fma(w0.and(0xFFFF_0000).reinterpretAsFloats(), a1);
            }
            a0.add(a1).add(a2.add(a3)).intoMemorySegment(ALL, out + 64L * r & MASK, ORDER);
        }
    }

    private static void shortsQuarters(int runs, long ends, int from, long column, long values, long x, long out) {
        long c = column + 2L * from & MASK;
        long q = values + 8L * from & MASK;
        long xs = x & MASK;
        int v = 0;
        for (int r = 0; r < runs; r++) {
            int end = (getInt(ends + 4L * r) - from) / 8;
            FloatVector a0 = FloatVector.zero(F), a1 = a0;
            for (; v < end; v++) {
                long i = v & INDEX;
                long l0 = getLong(c + 16 * i);
                FloatVector up = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_4);
                FloatVector uq = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((l0 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_4);
                FloatVector u0 = up.blend(uq, EVERY_8);
                long m0 = getLong(c + 16 * i + 8);
                FloatVector zp = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((m0 >>> OF4 & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((m0 >>> OF4 + NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_4);
                FloatVector zq = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((m0 >>> OF4 + 2 * NEXT & LOW) << 2))).reinterpretAsFloats()
                        .blend(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, xs + ((m0 >>> OF4 + 3 * NEXT & LOW) << 2))).reinterpretAsFloats(), EVERY_4);
                FloatVector z0 = zp.blend(zq, EVERY_8);
                IntVector w0 = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
                a0 = u0.fma(w0.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
                a1 = z0.fma(w0.and(0xFFFF_0000).reinterpretAsFloats(), a1);
            }
            a0.add(a1).intoMemorySegment(ALL, out + 64L * r & MASK, ORDER);
        }
    }
}
