package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;

/** {@link Quads} for strips of pixels: columns of 32 bits, rows of any length that lie any distance apart. */
final class StripGradients {

    private StripGradients() {
    }

    /**
     * Adds the dot products of one row of dy with the columns of entries {@code from .. to} to their gradients: four
     * columns share each vector of dy.
     *
     * @param bytes   length of the rows, whole vectors
     * @param rowStep bytes between neighbouring rows of x
     */
    static void columns(int from, int to, long column, long dy, long x, int bytes, long rowStep, long gradient) {
        for (int j = from; j < to; j += 4) {
            int last = to - j - 1;
            long i = column + 4L * j;
            // past the end the last column is repeated and its sum dropped
            long p0 = x + getInt(i & MASK) * rowStep;
            long p1 = x + getInt((i + 4 * Math.min(1, last)) & MASK) * rowStep;
            long p2 = x + getInt((i + 4 * Math.min(2, last)) & MASK) * rowStep;
            long p3 = x + getInt((i + 4 * Math.min(3, last)) & MASK) * rowStep;
            FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
            for (int t = 0; t < bytes; t += (int) STEP) {
                FloatVector s = fromMemorySegment(F, ALL, (dy + t) & MASK, ORDER);
                a = s.fma(fromMemorySegment(F, ALL, (p0 + t) & MASK, ORDER), a);
                b = s.fma(fromMemorySegment(F, ALL, (p1 + t) & MASK, ORDER), b);
                c = s.fma(fromMemorySegment(F, ALL, (p2 + t) & MASK, ORDER), c);
                d = s.fma(fromMemorySegment(F, ALL, (p3 + t) & MASK, ORDER), d);
            }
            long out = gradient + 4L * j;
            FloatVector ab = a.blend(b, Quads.ODD).add(b.blend(a, Quads.ODD).rearrange(Quads.SWAP1));
            FloatVector cd = c.blend(d, Quads.ODD).add(d.blend(c, Quads.ODD).rearrange(Quads.SWAP1));
            FloatVector sums = ab.blend(cd, Quads.UPPER).add(cd.blend(ab, Quads.UPPER).rearrange(Quads.SWAP2));
            if (N >= 8) {
                sums = sums.add(sums.rearrange(Quads.SWAP4));
            }
            if (N >= 16) {
                sums = sums.add(sums.rearrange(Quads.SWAP8));
            }
            long o = out & MASK;
            if (last >= 3 && N == 4) {
                fromMemorySegment(F, ALL, o, ORDER).add(sums).intoMemorySegment(ALL, o, ORDER);
            } else if (last >= 3) {
                fromMemorySegment(F, ALL, o, ORDER, Quads.FOUR).add(sums).intoMemorySegment(ALL, o, ORDER, Quads.FOUR);
            } else {
                Quads.addFirst(sums.lane(0), sums.lane(1), sums.lane(2), out, last);
            }
        }
    }
}
