package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Slices of sixteen rows times one token, for vectors of sixteen lanes, a row a lane. The 32 inputs of a segment stay in two
 * registers and each lane picks its own, which takes one instruction instead of sixteen reads.
 */
final class SlicedVectors {

    private SlicedVectors() {
    }

    /**
     * One slice.
     *
     * @param steps    of each segment, 16 bits each
     * @param segments whole ones at x, of 32 inputs
     * @param tail     the inputs of one segment more, filled up to 32, or 0 for none
     */
    static void slice(long steps, int segments, long code, long values, long x, long tail, long out) {
        FloatVector a = FloatVector.zero(F), b = a;
        long ss = steps & MASK;
        long cs = code & MASK;
        long vs = values & MASK;
        int all = tail == 0 ? segments : segments + 1;
        int unit = 0;
        int step = 0;
        for (int g = 0; g < all; g++) {
            long at = (g < segments ? x + 128L * g : tail) & MASK;
            int end = step + (int) getShort(ss + 2 * (g & INDEX));
            IntVector low = fromMemorySegment(F, ALL, at, ORDER).reinterpretAsInts();
            IntVector high = fromMemorySegment(F, ALL, at + 64, ORDER).reinterpretAsInts();
            for (; step + 4 <= end; step += 4, unit++) {
                IntVector c = fromMemorySegment(F, ALL, cs + 64 * (unit & INDEX), ORDER).reinterpretAsInts();
                long q = vs + 64 * (step & INDEX);
                a = c.and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q, ORDER), a);
                b = c.lanewise(VectorOperators.LSHR, 8).and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q + 64, ORDER), b);
                a = c.lanewise(VectorOperators.LSHR, 16).and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q + 128, ORDER), a);
                b = c.lanewise(VectorOperators.LSHR, 24).and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q + 192, ORDER), b);
            }
            if (step < end) {
                IntVector c = fromMemorySegment(F, ALL, cs + 64 * (unit & INDEX), ORDER).reinterpretAsInts();
                for (; step < end; step++) {
                    a = c.and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, vs + 64 * (step & INDEX), ORDER), a);
                    c = c.lanewise(VectorOperators.LSHR, 8);
                }
                unit++;
            }
        }
        a.add(b).intoMemorySegment(ALL, out & MASK, ORDER);
    }
}
