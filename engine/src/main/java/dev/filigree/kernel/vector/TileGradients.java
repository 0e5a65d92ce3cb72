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

/** Dot products of every one of four rows with every column: gradients of a dense weight in packs of four rows. */
final class TileGradients {

    /** Bytes of the running sums of a tile. */
    static final long SUMS = 12 * STEP;

    /** Columns of a tile: twelve sums leave room for what an unrolled loop loads early, and windows have three columns. */
    private static final int COLUMNS = 3;

    private TileGradients() {
    }

    /**
     * Adds to {@code gradient[column][4]} the dot products of up to four rows of dy with each column.
     *
     * @param list   how many {@code unit}s of bytes each column is from x
     * @param dyStep bytes from row to row of dy; each is {@code runs} runs of {@code bytes}, one after the other
     * @param xRun   bytes from run to run of x
     * @param live   rows, 1 to 4
     * @param sums   room for {@link #SUMS} bytes
     */
    static void add(int columns, long list, long unit, long dy, long dyStep, long x, int bytes, long xRun, int runs, int live, long gradient,
            long sums) {
        long d1 = dy + dyStep * Math.min(1, live - 1);
        long d2 = dy + dyStep * Math.min(2, live - 1);
        long d3 = dy + dyStep * Math.min(3, live - 1);
        for (int j = 0; j < columns; j += COLUMNS) {
            int last = columns - j - 1;
            long x0 = x + unit * getInt(list + 4L * j);
            long x1 = x + unit * getInt(list + 4L * (j + Math.min(1, last)));
            long x2 = x + unit * getInt(list + 4L * (j + Math.min(2, last)));
            tile4x3(dy, d1, d2, d3, x0, x1, x2, bytes, xRun, runs, sums);
            for (int c = 0; c <= Math.min(COLUMNS - 1, last); c++) {
                fold(sums + 4 * c * STEP, gradient + 16L * (j + c), live);
            }
        }
    }

    private static void tile4x3(long d0, long d1, long d2, long d3, long x0, long x1, long x2, int bytes, long xRow, int rows, long sums) {
        long t0 = d0 & MASK;
        long t1 = d1 & MASK;
        long t2 = d2 & MASK;
        long t3 = d3 & MASK;
        long u0 = x0 & MASK;
        long u1 = x1 & MASK;
        long u2 = x2 & MASK;
        FloatVector a00 = FloatVector.zero(F), a01 = a00, a02 = a00;
        FloatVector a10 = a00, a11 = a00, a12 = a00;
        FloatVector a20 = a00, a21 = a00, a22 = a00;
        FloatVector a30 = a00, a31 = a00, a32 = a00;
        for (int r = 0; r < rows; r++) {
            long skip = (r & INDEX) * xRow & SPAN;
            long down = (r & INDEX) * bytes & SPAN;
            for (int t = 0; t < bytes; t += (int) STEP) {
                long d = down + (t & INDEX);
                long p = skip + (t & INDEX);
                FloatVector g0 = fromMemorySegment(F, ALL, t0 + d, ORDER);
                FloatVector g1 = fromMemorySegment(F, ALL, t1 + d, ORDER);
                FloatVector g2 = fromMemorySegment(F, ALL, t2 + d, ORDER);
                FloatVector g3 = fromMemorySegment(F, ALL, t3 + d, ORDER);
                FloatVector v0 = fromMemorySegment(F, ALL, u0 + p, ORDER);
                a00 = v0.fma(g0, a00);
                a10 = v0.fma(g1, a10);
                a20 = v0.fma(g2, a20);
                a30 = v0.fma(g3, a30);
                FloatVector v1 = fromMemorySegment(F, ALL, u1 + p, ORDER);
                a01 = v1.fma(g0, a01);
                a11 = v1.fma(g1, a11);
                a21 = v1.fma(g2, a21);
                a31 = v1.fma(g3, a31);
                FloatVector v2 = fromMemorySegment(F, ALL, u2 + p, ORDER);
                a02 = v2.fma(g0, a02);
                a12 = v2.fma(g1, a12);
                a22 = v2.fma(g2, a22);
                a32 = v2.fma(g3, a32);
            }
        }
        long s = sums & MASK;
        a00.intoMemorySegment(ALL, s, ORDER);
        a10.intoMemorySegment(ALL, s + STEP, ORDER);
        a20.intoMemorySegment(ALL, s + 2 * STEP, ORDER);
        a30.intoMemorySegment(ALL, s + 3 * STEP, ORDER);
        a01.intoMemorySegment(ALL, s + 4 * STEP, ORDER);
        a11.intoMemorySegment(ALL, s + 5 * STEP, ORDER);
        a21.intoMemorySegment(ALL, s + 6 * STEP, ORDER);
        a31.intoMemorySegment(ALL, s + 7 * STEP, ORDER);
        a02.intoMemorySegment(ALL, s + 8 * STEP, ORDER);
        a12.intoMemorySegment(ALL, s + 9 * STEP, ORDER);
        a22.intoMemorySegment(ALL, s + 10 * STEP, ORDER);
        a32.intoMemorySegment(ALL, s + 11 * STEP, ORDER);
    }

    /** Adds the sums over lanes of four neighbouring vectors to {@code live} floats, see {@link Quads}. */
    private static void fold(long vectors, long out, int live) {
        long s = vectors & MASK;
        FloatVector a = fromMemorySegment(F, ALL, s, ORDER);
        FloatVector b = fromMemorySegment(F, ALL, s + STEP, ORDER);
        FloatVector c = fromMemorySegment(F, ALL, s + 2 * STEP, ORDER);
        FloatVector d = fromMemorySegment(F, ALL, s + 3 * STEP, ORDER);
        FloatVector ab = a.blend(b, Quads.ODD).add(b.blend(a, Quads.ODD).rearrange(Quads.SWAP1));
        FloatVector cd = c.blend(d, Quads.ODD).add(d.blend(c, Quads.ODD).rearrange(Quads.SWAP1));
        FloatVector all = ab.blend(cd, Quads.UPPER).add(cd.blend(ab, Quads.UPPER).rearrange(Quads.SWAP2));
        if (N >= 8) {
            all = all.add(all.rearrange(Quads.SWAP4));
        }
        if (N >= 16) {
            all = all.add(all.rearrange(Quads.SWAP8));
        }
        long o = out & MASK;
        if (live == 4 && N == 4) {
            fromMemorySegment(F, ALL, o, ORDER).add(all).intoMemorySegment(ALL, o, ORDER);
        } else if (live == 4) {
            fromMemorySegment(F, ALL, o, ORDER, Quads.FOUR).add(all).intoMemorySegment(ALL, o, ORDER, Quads.FOUR);
        } else {
            Quads.addFirst(all.lane(0), all.lane(1), all.lane(2), o, live - 1);
        }
    }
}
