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
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.getShort;
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

    private static void shortsWhole(int units, long c, long q, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        for (int i = 0; i < units; i++) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            int x1 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 2) & MASK) << 2)) & MASK);
            IntVector w = fromMemorySegment(F, ALL, q & MASK, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
            a1 = IntVector.broadcast(I, x1).reinterpretAsFloats().fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a1);
            c += 4;
            q += 64;
        }
        a0.add(a1).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void shortsHalves(int units, long c, long q, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        for (int i = 0; i < units; i++) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            int x1 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 2) & MASK) << 2)) & MASK);
            int x2 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 4) & MASK) << 2)) & MASK);
            int x3 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 6) & MASK) << 2)) & MASK);
            IntVector w = fromMemorySegment(F, ALL, q & MASK, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), UPPER).fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
            a1 = IntVector.broadcast(I, x2).reinterpretAsFloats().blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), UPPER).fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a1);
            c += 8;
            q += 64;
        }
        FloatVector a = a0.add(a1);
        a.add(a.rearrange(SWAP_HALVES)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void shortsQuarters(int units, long c, long q, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        for (int i = 0; i < units; i++) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            int x1 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 2) & MASK) << 2)) & MASK);
            int x2 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 4) & MASK) << 2)) & MASK);
            int x3 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 6) & MASK) << 2)) & MASK);
            int x4 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 8) & MASK) << 2)) & MASK);
            int x5 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 10) & MASK) << 2)) & MASK);
            int x6 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 12) & MASK) << 2)) & MASK);
            int x7 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 14) & MASK) << 2)) & MASK);
            IntVector w = fromMemorySegment(F, ALL, q & MASK, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), SECOND).blend(IntVector.broadcast(I, x2).reinterpretAsFloats(), THIRD).blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), FOURTH)
                    .fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), a0);
            a1 = IntVector.broadcast(I, x4).reinterpretAsFloats().blend(IntVector.broadcast(I, x5).reinterpretAsFloats(), SECOND).blend(IntVector.broadcast(I, x6).reinterpretAsFloats(), THIRD).blend(IntVector.broadcast(I, x7).reinterpretAsFloats(), FOURTH)
                    .fma(w.and(0xFFFF_0000).reinterpretAsFloats(), a1);
            c += 16;
            q += 64;
        }
        FloatVector a = a0.add(a1);
        FloatVector b = a.add(a.rearrange(SWAP_HALVES));
        b.add(b.rearrange(SWAP_QUARTERS)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void bytesWhole(int units, long c, long q, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        for (int i = 0; i < units; i++) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            int x1 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 2) & MASK) << 2)) & MASK);
            int x2 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 4) & MASK) << 2)) & MASK);
            int x3 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 6) & MASK) << 2)) & MASK);
            IntVector w = fromMemorySegment(F, ALL, q & MASK, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().fma(w.lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a0);
            a1 = IntVector.broadcast(I, x1).reinterpretAsFloats().fma(w.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a1);
            a0 = IntVector.broadcast(I, x2).reinterpretAsFloats().fma(w.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a0);
            a1 = IntVector.broadcast(I, x3).reinterpretAsFloats().fma(w.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a1);
            c += 8;
            q += 64;
        }
        a0.add(a1).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void bytesHalves(int units, long c, long q, long x, long out) {
        FloatVector a0 = FloatVector.zero(F), a1 = a0;
        for (int i = 0; i < units; i++) {
            int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
            int x1 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 2) & MASK) << 2)) & MASK);
            int x2 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 4) & MASK) << 2)) & MASK);
            int x3 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 6) & MASK) << 2)) & MASK);
            int x4 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 8) & MASK) << 2)) & MASK);
            int x5 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 10) & MASK) << 2)) & MASK);
            int x6 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 12) & MASK) << 2)) & MASK);
            int x7 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 14) & MASK) << 2)) & MASK);
            IntVector w = fromMemorySegment(F, ALL, q & MASK, ORDER).reinterpretAsInts();
            a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), UPPER)
                    .fma(w.lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a0);
            a1 = IntVector.broadcast(I, x2).reinterpretAsFloats().blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), UPPER)
                    .fma(w.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a1);
            a0 = IntVector.broadcast(I, x4).reinterpretAsFloats().blend(IntVector.broadcast(I, x5).reinterpretAsFloats(), UPPER)
                    .fma(w.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a0);
            a1 = IntVector.broadcast(I, x6).reinterpretAsFloats().blend(IntVector.broadcast(I, x7).reinterpretAsFloats(), UPPER).fma(w.lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a1);
            c += 16;
            q += 64;
        }
        FloatVector a = a0.add(a1);
        a.add(a.rearrange(SWAP_HALVES)).intoMemorySegment(ALL, out & MASK, ORDER);
    }

    private static void bytesQuarters(int units, long c, long q, long x, long out) {
        FloatVector a0 = FloatVector.zero(F);
        for (int i = 0; i < units; i++) {
            IntVector w = fromMemorySegment(F, ALL, q & MASK, ORDER).reinterpretAsInts();
            for (int place = 0; place < 4; place++) {
                int x0 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort(c & MASK) << 2)) & MASK);
                int x1 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 2) & MASK) << 2)) & MASK);
                int x2 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 4) & MASK) << 2)) & MASK);
                int x3 = ALL.get(JAVA_INT_UNALIGNED, (x + (getShort((c + 6) & MASK) << 2)) & MASK);
                a0 = IntVector.broadcast(I, x0).reinterpretAsFloats().blend(IntVector.broadcast(I, x1).reinterpretAsFloats(), SECOND).blend(IntVector.broadcast(I, x2).reinterpretAsFloats(), THIRD).blend(IntVector.broadcast(I, x3).reinterpretAsFloats(), FOURTH)
                        .fma(w.lanewise(VectorOperators.LSHL, 24).lanewise(VectorOperators.ASHR, 24).convert(VectorOperators.I2F, 0), a0);
                w = w.lanewise(VectorOperators.LSHR, 8);
                c += 8;
            }
            q += 64;
        }
        FloatVector b = a0.add(a0.rearrange(SWAP_HALVES));
        b.add(b.rearrange(SWAP_QUARTERS)).intoMemorySegment(ALL, out & MASK, ORDER);
    }
}
