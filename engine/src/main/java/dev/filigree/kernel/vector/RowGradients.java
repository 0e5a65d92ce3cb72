package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.PANEL;
import static dev.filigree.kernel.vector.Lanes.SPAN;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Gradients of the entries of whole rows. A row of dy stays in registers while its entries pass, one vector of partial sums
 * each; the vectors of many entries, those of several rows among them, are then added over their lanes together, which
 * always adds in the same order. What bounds it is reading x from the second cache.
 */
final class RowGradients {

    /** Entries whose partial sums wait together: 8 kB of the nearest cache. */
    private static final int WAITING = 128;

    /** Lanes whose index has the bit set. */
    private static final VectorMask<Float> THIRD_BIT = Quads.lanesWith(4);
    private static final VectorMask<Float> FOURTH_BIT = Quads.lanesWith(8);

    private RowGradients() {
    }

    /**
     * Rows {@code fromRow .. toRow} of one column chunk, over one or two runs of tokens, each four vectors long or one.
     *
     * @param start  address of the row starts of this chunk
     * @param dy     the first run of row 0; {@code dyApart} bytes on lies the second
     * @param x      the first run of this chunk's column 0; {@code xApart} bytes on lies the second
     * @param vectors of all runs: 8, 4 or 1
     * @param shift  a panel row is {@code 1 << shift} bytes
     */
    static void add(long start, long column, long dy, long dyApart, long x, long xApart, int vectors, int shift, long gradient, int fromRow, int toRow) {
        long parts = Scratch.address(WAITING * STEP);
        int last = getInt(start + 4L * toRow);
        int r = fromRow - 1;
        int end = getInt(start + 4L * fromRow);
        for (int j = end; j < last;) { // sums and what reads numbers stand here once each: twice, and they overfilled the compiler's graph
            int first = j;
            int batch = Math.min(last, first + WAITING);
            while (j < batch) {
                while (end <= j) { // rows without entries are passed over
                    r++;
                    end = getInt(start + 4L * r + 4);
                }
                int to = Math.min(end, batch);
                long row = dy + ((long) r << shift);
                long out = parts + (j - first) * STEP;
                switch (vectors) {
                    case 8 -> eight(j, to, column, row, row + dyApart, x, xApart, shift, out);
                    case 4 -> four(j, to, column, row, x, shift, out);
                    default -> one(j, to, column, row, x, shift, out);
                }
                j = to;
            }
            sums(parts, batch - first);
            VectorSparseGradients.addTo(gradient + 4L * first, parts, batch - first);
        }
    }

    /** Partial sums of entries {@code from .. to}, a vector for each, over two runs. */
    private static void eight(int from, int to, long column, long dy, long dy2, long x, long apart, int panelShift, long out) {
        int shift = N == 16 ? 8 : panelShift; // with the longest vectors, 4 of them are a panel row
        long cs = column & MASK;
        long xs = x & MASK;
        long os = out & MASK;
        long d = dy & MASK;
        long e = dy2 & MASK;
        long next = apart & SPAN;
        FloatVector d0 = fromMemorySegment(F, ALL, d, ORDER);
        FloatVector d1 = fromMemorySegment(F, ALL, d + STEP, ORDER);
        FloatVector d2 = fromMemorySegment(F, ALL, d + 2 * STEP, ORDER);
        FloatVector d3 = fromMemorySegment(F, ALL, d + 3 * STEP, ORDER);
        FloatVector d4 = fromMemorySegment(F, ALL, e, ORDER);
        FloatVector d5 = fromMemorySegment(F, ALL, e + STEP, ORDER);
        FloatVector d6 = fromMemorySegment(F, ALL, e + 2 * STEP, ORDER);
        FloatVector d7 = fromMemorySegment(F, ALL, e + 3 * STEP, ORDER);
        for (int j = from; j < to; j++) {
            long p = xs + (getShort(cs + 2 * (j & INDEX)) << shift & PANEL);
            long q = p + next;
            FloatVector a = d0.mul(fromMemorySegment(F, ALL, p, ORDER));
            FloatVector b = d1.mul(fromMemorySegment(F, ALL, p + STEP, ORDER));
            a = d2.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a);
            b = d3.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), b);
            a = d4.fma(fromMemorySegment(F, ALL, q, ORDER), a);
            b = d5.fma(fromMemorySegment(F, ALL, q + STEP, ORDER), b);
            a = d6.fma(fromMemorySegment(F, ALL, q + 2 * STEP, ORDER), a);
            b = d7.fma(fromMemorySegment(F, ALL, q + 3 * STEP, ORDER), b);
            a.add(b).intoMemorySegment(ALL, os + (j - from & INDEX) * STEP, ORDER);
        }
    }

    /** Partial sums of entries {@code from .. to}, a vector for each, over one run. */
    private static void four(int from, int to, long column, long dy, long x, int panelShift, long out) {
        int shift = N == 16 ? 8 : panelShift; // with the longest vectors, 4 of them are a panel row
        long cs = column & MASK;
        long xs = x & MASK;
        long os = out & MASK;
        long d = dy & MASK;
        FloatVector d0 = fromMemorySegment(F, ALL, d, ORDER);
        FloatVector d1 = fromMemorySegment(F, ALL, d + STEP, ORDER);
        FloatVector d2 = fromMemorySegment(F, ALL, d + 2 * STEP, ORDER);
        FloatVector d3 = fromMemorySegment(F, ALL, d + 3 * STEP, ORDER);
        for (int j = from; j < to; j++) {
            long p = xs + (getShort(cs + 2 * (j & INDEX)) << shift & PANEL);
            FloatVector a = d0.mul(fromMemorySegment(F, ALL, p, ORDER));
            FloatVector b = d1.mul(fromMemorySegment(F, ALL, p + STEP, ORDER));
            a = d2.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a);
            b = d3.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), b);
            a.add(b).intoMemorySegment(ALL, os + (j - from & INDEX) * STEP, ORDER);
        }
    }

    /** Products of entries {@code from .. to}, over one vector of tokens. */
    private static void one(int from, int to, long column, long dy, long x, int shift, long out) {
        long cs = column & MASK;
        long xs = x & MASK;
        long os = out & MASK;
        FloatVector d = fromMemorySegment(F, ALL, dy & MASK, ORDER);
        for (int j = from; j < to; j++) {
            long p = xs + (getShort(cs + 2 * (j & INDEX)) << shift & PANEL);
            d.mul(fromMemorySegment(F, ALL, p, ORDER)).intoMemorySegment(ALL, os + (j - from & INDEX) * STEP, ORDER);
        }
    }

    /** Each vector's lanes are added up; the sums lie side by side where the vectors began. */
    private static void sums(long parts, int count) {
        fours(parts, Math.ceilDiv(count, 4));
        if (N == 8) {
            pairs(parts, Math.ceilDiv(count, 8));
        } else if (N == 16) {
            sixteens(parts, Math.ceilDiv(count, 16));
        }
    }

    /** Four vectors become one, in which every fourth lane is of the same: lanes that differ in the first two bits are added. */
    private static void fours(long parts, int count) {
        long ps = parts & MASK;
        for (int i = 0; i < count; i++) {
            long p = ps + (i & INDEX) * 4 * STEP;
            FloatVector a = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector c = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER);
            FloatVector d = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER);
            FloatVector ab = a.blend(b, Quads.ODD).add(b.blend(a, Quads.ODD).rearrange(Quads.SWAP1));
            FloatVector cd = c.blend(d, Quads.ODD).add(d.blend(c, Quads.ODD).rearrange(Quads.SWAP1));
            ab.blend(cd, Quads.UPPER).add(cd.blend(ab, Quads.UPPER).rearrange(Quads.SWAP2)).intoMemorySegment(ALL, ps + (i & INDEX) * STEP, ORDER);
        }
    }

    /** With eight lanes: two of the vectors that {@link #fours} made become eight sums. */
    private static void pairs(long parts, int count) {
        long ps = parts & MASK;
        for (int i = 0; i < count; i++) {
            long p = ps + (i & INDEX) * 2 * STEP;
            FloatVector a = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, p + STEP, ORDER);
            a.blend(b, THIRD_BIT).add(b.blend(a, THIRD_BIT).rearrange(Quads.SWAP4)).intoMemorySegment(ALL, ps + (i & INDEX) * STEP, ORDER);
        }
    }

    /** With sixteen lanes: four of the vectors that {@link #fours} made become sixteen sums. */
    private static void sixteens(long parts, int count) {
        long ps = parts & MASK;
        for (int i = 0; i < count; i++) {
            long p = ps + (i & INDEX) * 4 * STEP;
            FloatVector a = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, p + STEP, ORDER);
            FloatVector c = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER);
            FloatVector d = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER);
            FloatVector ab = a.blend(b, THIRD_BIT).add(b.blend(a, THIRD_BIT).rearrange(Quads.SWAP4));
            FloatVector cd = c.blend(d, THIRD_BIT).add(d.blend(c, THIRD_BIT).rearrange(Quads.SWAP4));
            ab.blend(cd, FOURTH_BIT).add(cd.blend(ab, FOURTH_BIT).rearrange(Quads.SWAP8)).intoMemorySegment(ALL, ps + (i & INDEX) * STEP, ORDER);
        }
    }
}
