package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.BlockVectors.FOURTH;
import static dev.filigree.kernel.vector.BlockVectors.SECOND;
import static dev.filigree.kernel.vector.BlockVectors.SWAP_HALVES;
import static dev.filigree.kernel.vector.BlockVectors.SWAP_QUARTERS;
import static dev.filigree.kernel.vector.BlockVectors.THIRD;
import static dev.filigree.kernel.vector.BlockVectors.UPPER;
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
import jdk.incubator.vector.VectorOperators;

/**
 * Blocks in 16 or 8 bits times one token, for vectors of sixteen lanes: a unit of 64 bytes is one vector of words, and each
 * place in the words one vector of values, which holds one, two or four blocks.
 */
final class CodedBlockVectors {

    private CodedBlockVectors() {
    }

    /**
     * Whole units, blocks {@code from .. to} of {@code blockRows} (16, 8 or 4) outputs: sums of codes, without their scales;
     * the first {@code blockRows} lanes of out get them.
     */
    static void sum(Coded.Type type, int blockRows, int from, int to, long column, long values, long x, long out) {
        long c = column + 2L * from;
        long q = values + (long) from * blockRows * type.bits() / 8;
        int units = (to - from) * blockRows / type.perUnit();
        switch (type.bits() * 100 + blockRows) {
            case 816 -> bytesWhole(units, c, q, x, out);
            case 808 -> bytesHalves(units, c, q, x, out);
            case 804 -> bytesQuarters(units, c, q, x, out);
            case 1616 -> shortsWhole(units, c, q, x, out);
            case 1608 -> shortsHalves(units, c, q, x, out);
            case 1604 -> shortsQuarters(units, c, q, x, out);
            default -> throw new IllegalArgumentException("no coded blocks of " + blockRows + " outputs in " + type);
        }
    }

    private static void shortsWhole(int units, long column, long values, long x, long out) {
        long c = column & MASK;
        long q = values & MASK;
        long xs = x & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        for (int j = 0; j < units; j++) {
            long i = j & INDEX;
            int two = getInt(c + 4 * i);
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + ((two >>> OF2 & LOW) << 2));
            int x1 = ALL.get(JAVA_INT_UNALIGNED, xs + ((two >>> OF2 + NEXT & LOW) << 2));
            IntVector w = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats()
                    .fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
            a1 = IntVector.broadcast(I, x1).reinterpretAsFloats()
                    .fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a1);
        }
        a0.add(a1).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void shortsHalves(int units, long column, long values, long x, long out) {
        long c = column & MASK;
        long q = values & MASK;
        long xs = x & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        for (int j = 0; j < units; j++) {
            long i = j & INDEX;
            long four = getLong(c + 8 * i);
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 & LOW) << 2));
            int x1 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + NEXT & LOW) << 2));
            int x2 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2));
            int x3 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2));
            IntVector w = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), UPPER)
                    .fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
            a1 = IntVector.broadcast(I, x2).reinterpretAsFloats().blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), UPPER)
                    .fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a1);
        }
        FloatVector a = a0.add(a1);
        a.add(a.rearrange(SWAP_HALVES)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void shortsQuarters(int units, long column, long values, long x, long out) {
        long c = column & MASK;
        long q = values & MASK;
        long xs = x & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        for (int j = 0; j < units; j++) {
            long i = j & INDEX;
            long four = getLong(c + 16 * i);
            long next = getLong(c + 16 * i + 8);
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 & LOW) << 2));
            int x1 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + NEXT & LOW) << 2));
            int x2 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2));
            int x3 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2));
            int x4 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 & LOW) << 2));
            int x5 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 + NEXT & LOW) << 2));
            int x6 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 + 2 * NEXT & LOW) << 2));
            int x7 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 + 3 * NEXT & LOW) << 2));
            IntVector w = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), SECOND)
                    .blend(IntVector.broadcast(I, x2).reinterpretAsFloats(), THIRD).blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), FOURTH)
                    .fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
            a1 = IntVector.broadcast(I, x4).reinterpretAsFloats().blend(IntVector.broadcast(I, x5).reinterpretAsFloats(), SECOND)
                    .blend(IntVector.broadcast(I, x6).reinterpretAsFloats(), THIRD).blend(IntVector.broadcast(I, x7).reinterpretAsFloats(), FOURTH)
                    .fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a1);
        }
        FloatVector a = a0.add(a1);
        FloatVector b = a.add(a.rearrange(SWAP_HALVES));
        b.add(b.rearrange(SWAP_QUARTERS)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void bytesWhole(int units, long column, long values, long x, long out) {
        long c = column & MASK;
        long q = values & MASK;
        long xs = x & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
        for (int j = 0; j < units; j++) {
            long i = j & INDEX;
            long four = getLong(c + 8 * i);
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 & LOW) << 2));
            int x1 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + NEXT & LOW) << 2));
            int x2 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2));
            int x3 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2));
            IntVector w = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats()
                    .fma(w.lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a0);
            a1 = IntVector.broadcast(I, x1).reinterpretAsFloats()
                    .fma(w.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a1);
            a2 = IntVector.broadcast(I, x2).reinterpretAsFloats()
                    .fma(w.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a2);
            a3 = IntVector.broadcast(I, x3).reinterpretAsFloats()
                    .fma(w.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a3);
        }
        a0.add(a1).add(a2.add(a3)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void bytesHalves(int units, long column, long values, long x, long out) {
        long c = column & MASK;
        long q = values & MASK;
        long xs = x & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
        for (int j = 0; j < units; j++) {
            long i = j & INDEX;
            long four = getLong(c + 16 * i);
            long next = getLong(c + 16 * i + 8);
            int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 & LOW) << 2));
            int x1 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + NEXT & LOW) << 2));
            int x2 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2));
            int x3 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2));
            int x4 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 & LOW) << 2));
            int x5 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 + NEXT & LOW) << 2));
            int x6 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 + 2 * NEXT & LOW) << 2));
            int x7 = ALL.get(JAVA_INT_UNALIGNED, xs + ((next >>> OF4 + 3 * NEXT & LOW) << 2));
            IntVector w = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), UPPER)
                    .fma(w.lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a0);
            a1 = IntVector.broadcast(I, x2).reinterpretAsFloats().blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), UPPER)
                    .fma(w.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a1);
            a2 = IntVector.broadcast(I, x4).reinterpretAsFloats().blend(IntVector.broadcast(I, x5).reinterpretAsFloats(), UPPER)
                    .fma(w.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a2);
            a3 = IntVector.broadcast(I, x6).reinterpretAsFloats().blend(IntVector.broadcast(I, x7).reinterpretAsFloats(), UPPER)
                    .fma(w.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a3);
        }
        FloatVector a = a0.add(a1).add(a2.add(a3));
        a.add(a.rearrange(SWAP_HALVES)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void bytesQuarters(int units, long column, long values, long x, long out) {
        long c = column & MASK;
        long q = values & MASK;
        long xs = x & MASK;
        FloatVector a0 = FloatVector.zero(F);
        for (int j = 0; j < units; j++) {
            long i = j & INDEX;
            IntVector w = fromMemorySegment(F, ALL, q + 64 * i, ORDER).reinterpretAsInts();
            for (int place = 0; place < 4; place++) {
                long four = getLong(c + 32 * i + 8 * (place & INDEX));
                int x0 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 & LOW) << 2));
                int x1 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + NEXT & LOW) << 2));
                int x2 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 2 * NEXT & LOW) << 2));
                int x3 = ALL.get(JAVA_INT_UNALIGNED, xs + ((four >>> OF4 + 3 * NEXT & LOW) << 2));
                a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), SECOND)
                    .blend(IntVector.broadcast(I, x2).reinterpretAsFloats(), THIRD).blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), FOURTH)
                        .fma(w.lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a0);
                w = w.lanewise(VectorOperators.LSHR, 8);
            }
        }
        FloatVector a = a0;
        FloatVector b = a.add(a.rearrange(SWAP_HALVES));
        b.add(b.rearrange(SWAP_QUARTERS)).intoMemorySegment(ALL, out & MASK, ORDER);
    }
}
