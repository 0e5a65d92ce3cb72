package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.SPAN;
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
     * @param dy         {@code runs} runs of {@code bytes}, one after the other
     * @param bytes      length of a run, whole vectors
     * @param columnStep bytes for which a number of {@code column} stands
     * @param xRun       bytes from run to run of x
     */
    static void columns(int from, int to, long column, long dy, long x, int bytes, long columnStep, int runs, long xRun, long gradient) {
        long ds = dy & MASK;
        for (int j = from; j < to; j += 4) {
            int last = to - j - 1;
            long i = column + 4L * j;
            // past the end the last column is repeated and its sum dropped
            long p0 = x + getInt(i & MASK) * columnStep & MASK;
            long p1 = x + getInt((i + 4 * Math.min(1, last)) & MASK) * columnStep & MASK;
            long p2 = x + getInt((i + 4 * Math.min(2, last)) & MASK) * columnStep & MASK;
            long p3 = x + getInt((i + 4 * Math.min(3, last)) & MASK) * columnStep & MASK;
            FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
            for (int r = 0; r < runs; r++) {
                long down = ds + ((r & INDEX) * bytes & SPAN);
                long right = (r & INDEX) * xRun & SPAN;
                for (int t = 0; t < bytes; t += (int) STEP) {
                    long u = right + (t & INDEX);
                    FloatVector s = fromMemorySegment(F, ALL, down + (t & INDEX), ORDER);
                    a = s.fma(fromMemorySegment(F, ALL, p0 + u, ORDER), a);
                    b = s.fma(fromMemorySegment(F, ALL, p1 + u, ORDER), b);
                    c = s.fma(fromMemorySegment(F, ALL, p2 + u, ORDER), c);
                    d = s.fma(fromMemorySegment(F, ALL, p3 + u, ORDER), d);
                }
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
