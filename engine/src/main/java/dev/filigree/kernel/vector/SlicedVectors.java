package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
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
        int all = tail == 0 ? segments : segments + 1;
        for (int g = 0; g < all; g++) {
            long at = (g < segments ? x + 128L * g : tail) & MASK;
            int left = (int) getShort((steps + 2L * g) & MASK);
            IntVector low = fromMemorySegment(F, ALL, at, ORDER).reinterpretAsInts();
            IntVector high = fromMemorySegment(F, ALL, at + 64, ORDER).reinterpretAsInts();
            for (; left >= 4; left -= 4) {
                IntVector c = fromMemorySegment(F, ALL, code & MASK, ORDER).reinterpretAsInts();
                long q = values & MASK;
                a = c.and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q, ORDER), a);
                b = c.lanewise(VectorOperators.LSHR, 8).and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q + 64, ORDER), b);
                a = c.lanewise(VectorOperators.LSHR, 16).and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q + 128, ORDER), a);
                b = c.lanewise(VectorOperators.LSHR, 24).and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, q + 192, ORDER), b);
                code += 64;
                values += 256;
            }
            if (left > 0) {
                IntVector c = fromMemorySegment(F, ALL, code & MASK, ORDER).reinterpretAsInts();
                for (; left > 0; left--) {
                    a = c.and(31).selectFrom(low, high).reinterpretAsFloats().fma(fromMemorySegment(F, ALL, values & MASK, ORDER), a);
                    c = c.lanewise(VectorOperators.LSHR, 8);
                    values += 64;
                }
                code += 64;
            }
        }
        a.add(b).intoMemorySegment(ALL, out & MASK, ORDER);
    }
}
