package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.PANEL;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Sparse rows of N:M, whose columns are not listed but told by place, a byte inside each group. They are walked in slices
 * of columns, so that the slice of x stays in the nearest cache; the first slice of a row starts from the bias, later ones
 * add to y.
 */
final class PositionedRows {

    /** Vectors of x in a slice, about: 512 of them are 32 kB, 128 columns of four vectors or 512 of one. */
    static final int SLICE = 512;

    /** What a place is cut to, so that the compiler knows it is not negative. */
    private static final long PLACE = Byte.MAX_VALUE;

    /** Four places that were read together: the first lies so many bits up, and the next this much on. */
    private static final int FIRST_OF_4 = ORDER == ByteOrder.LITTLE_ENDIAN ? 0 : 24;
    private static final int NEXT_OF_4 = ORDER == ByteOrder.LITTLE_ENDIAN ? 8 : -8;

    private PositionedRows() {
    }

    /** Rows {@code from .. to} with {@code n} of every {@code m} columns, all lanes of a panel. */
    static void nOfM(long place, long values, int n, int m, int cols, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        int groups = cols / m;
        for (int left = (1 << shift >> 2) / N; left > 0;) {
            int vectors = Math.min(4, left);
            int slice = Math.max(1, SLICE / vectors / m);
            for (int g = 0; g < groups; g += slice) {
                int count = Math.min(slice, groups - g);
                for (int r = from; r < to; r++) {
                    long e = (long) n * ((long) r * groups + g);
                    long o = y + ((long) r << shift);
                    long base = x + ((long) g * m << shift);
                    float first = g == 0 ? getFloat(bias + r * biasStep) : 0;
                    switch (n == 1 || n == 2 || n == 4 ? -vectors : vectors) {
                        case -4 -> pairs4(place + e, values + 4 * e, n, m, count, shift, base, o, g > 0, first);
                        case -2 -> fours2(place + e, values + 4 * e, n, m, count, shift, base, o, g > 0, first);
                        case -1 -> fours1(place + e, values + 4 * e, n, m, count, shift, base, o, g > 0, first);
                        case 4 -> places4(place + e, values + 4 * e, n, m, count, shift, base, o, g > 0, first);
                        case 2 -> places2(place + e, values + 4 * e, n, m, count, shift, base, o, g > 0, first);
                        default -> places1(place + e, values + 4 * e, n, m, count, shift, base, o, g > 0, first);
                    }
                }
            }
            x += vectors * STEP;
            y += vectors * STEP;
            left -= vectors;
        }
    }

    /**
     * One, two or four places to a group, several entries a step. Which of them share a group does not change from step to
     * step, so that a step needs one address and the distances of the others from it.
     */
    private static void pairs4(long place, long values, int n, int m, int groups, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 8 : panelShift; // with the longest vectors, 4 of them are a panel row
        int log = Integer.numberOfTrailingZeros(n);
        int entries = groups << log;
        int odd = entries & 1;
        long ps = place & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F), a2 = FloatVector.zero(F), a3 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F), b2 = FloatVector.zero(F), b3 = FloatVector.zero(F);
        if (odd != 0) {
            long p = xs + ((ALL.get(JAVA_BYTE, ps) & PLACE) << shift & PANEL);
            FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs)).reinterpretAsFloats();
            a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            a1 = wa.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
            a2 = wa.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
            a3 = wa.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
        }
        xs = x + ((long) (odd >> log) * m << shift) & MASK;
        ps = place + odd & MASK;
        vs = values + 4L * odd & MASK;
        // a pair lies in one group, in the half of one, or in two
        int half = n == 4 ? 1 : 0;
        long g1 = n == 1 ? (long) m << shift & PANEL : 0;
        long step = (long) (n == 1 ? 2 * m : m) << shift & PANEL;
        for (int j = 0; j < entries >> 1; j++) {
            long i = j & INDEX;
            long group = xs + ((i >> half) * step & PANEL);
            long q = vs + 8 * i;
            long p0 = group + ((ALL.get(JAVA_BYTE, ps + 2 * i) & PLACE) << shift & PANEL);
            long p1 = group + g1 + ((ALL.get(JAVA_BYTE, ps + 2 * i + 1) & PLACE) << shift & PANEL);
            int w0 = ALL.get(JAVA_INT_UNALIGNED, q);
            int w1 = ALL.get(JAVA_INT_UNALIGNED, q + 4);
            FloatVector u0 = IntVector.broadcast(I, w0).reinterpretAsFloats();
            a0 = u0.fma(fromMemorySegment(F, ALL, p0, ORDER), a0);
            a1 = u0.fma(fromMemorySegment(F, ALL, p0 + STEP, ORDER), a1);
            a2 = u0.fma(fromMemorySegment(F, ALL, p0 + 2 * STEP, ORDER), a2);
            a3 = u0.fma(fromMemorySegment(F, ALL, p0 + 3 * STEP, ORDER), a3);
            FloatVector u1 = IntVector.broadcast(I, w1).reinterpretAsFloats();
            b0 = u1.fma(fromMemorySegment(F, ALL, p1, ORDER), b0);
            b1 = u1.fma(fromMemorySegment(F, ALL, p1 + STEP, ORDER), b1);
            b2 = u1.fma(fromMemorySegment(F, ALL, p1 + 2 * STEP, ORDER), b2);
            b3 = u1.fma(fromMemorySegment(F, ALL, p1 + 3 * STEP, ORDER), b3);
        }
        long at = y & MASK;
        if (more) {
            a0.add(b0).add(fromMemorySegment(F, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
            a1.add(b1).add(fromMemorySegment(F, ALL, at + STEP, ORDER)).intoMemorySegment(ALL, at + STEP, ORDER);
            a2.add(b2).add(fromMemorySegment(F, ALL, at + 2 * STEP, ORDER)).intoMemorySegment(ALL, at + 2 * STEP, ORDER);
            a3.add(b3).add(fromMemorySegment(F, ALL, at + 3 * STEP, ORDER)).intoMemorySegment(ALL, at + 3 * STEP, ORDER);
        } else {
            a0.add(b0).add(first).intoMemorySegment(ALL, at, ORDER);
            a1.add(b1).add(first).intoMemorySegment(ALL, at + STEP, ORDER);
            a2.add(b2).add(first).intoMemorySegment(ALL, at + 2 * STEP, ORDER);
            a3.add(b3).add(first).intoMemorySegment(ALL, at + 3 * STEP, ORDER);
        }
    }

    private static void fours2(long place, long values, int n, int m, int groups, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 7 : panelShift; // with the longest vectors, 2 of them are a panel row
        int log = Integer.numberOfTrailingZeros(n);
        int entries = groups << log;
        int odd = entries & 3;
        long ps = place & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F);
        FloatVector c0 = FloatVector.zero(F), c1 = FloatVector.zero(F);
        FloatVector d0 = FloatVector.zero(F), d1 = FloatVector.zero(F);
        for (int j = 0; j < odd; j++) {
            long i = j & INDEX;
            long p = xs + ((i >> log) * m << shift & PANEL) + ((ALL.get(JAVA_BYTE, ps + i) & PLACE) << shift & PANEL);
            FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
            a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            a1 = wa.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
        }
        xs = x + ((long) (odd >> log) * m << shift) & MASK;
        ps = place + odd & MASK;
        vs = values + 4L * odd & MASK;
        // where the groups of four neighbouring entries begin, counted from that of the first
        long g1 = (long) (1 >> log) * m << shift & PANEL;
        long g2 = (long) (2 >> log) * m << shift & PANEL;
        long g3 = (long) (3 >> log) * m << shift & PANEL;
        long step = (long) (4 >> log) * m << shift & PANEL;
        for (int j = 0; j < entries >> 2; j++) {
            long i = j & INDEX;
            long group = xs + (i * step & PANEL);
            long q = vs + 16 * i;
            int four = getInt(ps + 4 * i);
            int w0 = ALL.get(JAVA_INT_UNALIGNED, q);
            int w1 = ALL.get(JAVA_INT_UNALIGNED, q + 4);
            int w2 = ALL.get(JAVA_INT_UNALIGNED, q + 8);
            int w3 = ALL.get(JAVA_INT_UNALIGNED, q + 12);
            long p0 = group + ((four >>> FIRST_OF_4 & PLACE) << shift & PANEL);
            long p1 = group + g1 + ((four >>> FIRST_OF_4 + NEXT_OF_4 & PLACE) << shift & PANEL);
            long p2 = group + g2 + ((four >>> FIRST_OF_4 + 2 * NEXT_OF_4 & PLACE) << shift & PANEL);
            long p3 = group + g3 + ((four >>> FIRST_OF_4 + 3 * NEXT_OF_4 & PLACE) << shift & PANEL);
            FloatVector u0 = IntVector.broadcast(I, w0).reinterpretAsFloats();
            a0 = u0.fma(fromMemorySegment(F, ALL, p0, ORDER), a0);
            a1 = u0.fma(fromMemorySegment(F, ALL, p0 + STEP, ORDER), a1);
            FloatVector u1 = IntVector.broadcast(I, w1).reinterpretAsFloats();
            b0 = u1.fma(fromMemorySegment(F, ALL, p1, ORDER), b0);
            b1 = u1.fma(fromMemorySegment(F, ALL, p1 + STEP, ORDER), b1);
            FloatVector u2 = IntVector.broadcast(I, w2).reinterpretAsFloats();
            c0 = u2.fma(fromMemorySegment(F, ALL, p2, ORDER), c0);
            c1 = u2.fma(fromMemorySegment(F, ALL, p2 + STEP, ORDER), c1);
            FloatVector u3 = IntVector.broadcast(I, w3).reinterpretAsFloats();
            d0 = u3.fma(fromMemorySegment(F, ALL, p3, ORDER), d0);
            d1 = u3.fma(fromMemorySegment(F, ALL, p3 + STEP, ORDER), d1);
        }
        long at = y & MASK;
        if (more) {
            a0.add(b0).add(c0.add(d0)).add(fromMemorySegment(F, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
            a1.add(b1).add(c1.add(d1)).add(fromMemorySegment(F, ALL, at + STEP, ORDER)).intoMemorySegment(ALL, at + STEP, ORDER);
        } else {
            a0.add(b0).add(c0.add(d0)).add(first).intoMemorySegment(ALL, at, ORDER);
            a1.add(b1).add(c1.add(d1)).add(first).intoMemorySegment(ALL, at + STEP, ORDER);
        }
    }

    private static void fours1(long place, long values, int n, int m, int groups, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 6 : panelShift; // with the longest vectors, 1 of them are a panel row
        int log = Integer.numberOfTrailingZeros(n);
        int entries = groups << log;
        int odd = entries & 3;
        long ps = place & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        FloatVector a0 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        FloatVector c0 = FloatVector.zero(F);
        FloatVector d0 = FloatVector.zero(F);
        for (int j = 0; j < odd; j++) {
            long i = j & INDEX;
            long p = xs + ((i >> log) * m << shift & PANEL) + ((ALL.get(JAVA_BYTE, ps + i) & PLACE) << shift & PANEL);
            FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * i)).reinterpretAsFloats();
            a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
        }
        xs = x + ((long) (odd >> log) * m << shift) & MASK;
        ps = place + odd & MASK;
        vs = values + 4L * odd & MASK;
        // where the groups of four neighbouring entries begin, counted from that of the first
        long g1 = (long) (1 >> log) * m << shift & PANEL;
        long g2 = (long) (2 >> log) * m << shift & PANEL;
        long g3 = (long) (3 >> log) * m << shift & PANEL;
        long step = (long) (4 >> log) * m << shift & PANEL;
        for (int j = 0; j < entries >> 2; j++) {
            long i = j & INDEX;
            long group = xs + (i * step & PANEL);
            long q = vs + 16 * i;
            int four = getInt(ps + 4 * i);
            int w0 = ALL.get(JAVA_INT_UNALIGNED, q);
            int w1 = ALL.get(JAVA_INT_UNALIGNED, q + 4);
            int w2 = ALL.get(JAVA_INT_UNALIGNED, q + 8);
            int w3 = ALL.get(JAVA_INT_UNALIGNED, q + 12);
            long p0 = group + ((four >>> FIRST_OF_4 & PLACE) << shift & PANEL);
            long p1 = group + g1 + ((four >>> FIRST_OF_4 + NEXT_OF_4 & PLACE) << shift & PANEL);
            long p2 = group + g2 + ((four >>> FIRST_OF_4 + 2 * NEXT_OF_4 & PLACE) << shift & PANEL);
            long p3 = group + g3 + ((four >>> FIRST_OF_4 + 3 * NEXT_OF_4 & PLACE) << shift & PANEL);
            FloatVector u0 = IntVector.broadcast(I, w0).reinterpretAsFloats();
            a0 = u0.fma(fromMemorySegment(F, ALL, p0, ORDER), a0);
            FloatVector u1 = IntVector.broadcast(I, w1).reinterpretAsFloats();
            b0 = u1.fma(fromMemorySegment(F, ALL, p1, ORDER), b0);
            FloatVector u2 = IntVector.broadcast(I, w2).reinterpretAsFloats();
            c0 = u2.fma(fromMemorySegment(F, ALL, p2, ORDER), c0);
            FloatVector u3 = IntVector.broadcast(I, w3).reinterpretAsFloats();
            d0 = u3.fma(fromMemorySegment(F, ALL, p3, ORDER), d0);
        }
        long at = y & MASK;
        if (more) {
            a0.add(b0).add(c0.add(d0)).add(fromMemorySegment(F, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
        } else {
            a0.add(b0).add(c0.add(d0)).add(first).intoMemorySegment(ALL, at, ORDER);
        }
    }

    private static void places4(long place, long values, int n, int m, int groups, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 8 : panelShift; // with the longest vectors, 4 of them are a panel row
        FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F), a2 = FloatVector.zero(F), a3 = FloatVector.zero(F);
        long ps = place & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        for (int g = 0; g < groups; g++) {
            long group = xs + ((g & INDEX) * m << shift & PANEL);
            for (int i = 0; i < n; i++) {
                long j = g * n + i & INDEX;
                long p = group + ((ALL.get(JAVA_BYTE, ps + j) & PLACE) << shift & PANEL);
                FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * j)).reinterpretAsFloats();
                a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = wa.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = wa.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = wa.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
            }
        }
        long at = y & MASK;
        if (more) {
            a0.add(fromMemorySegment(F, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
            a1.add(fromMemorySegment(F, ALL, at + STEP, ORDER)).intoMemorySegment(ALL, at + STEP, ORDER);
            a2.add(fromMemorySegment(F, ALL, at + 2 * STEP, ORDER)).intoMemorySegment(ALL, at + 2 * STEP, ORDER);
            a3.add(fromMemorySegment(F, ALL, at + 3 * STEP, ORDER)).intoMemorySegment(ALL, at + 3 * STEP, ORDER);
        } else {
            a0.add(first).intoMemorySegment(ALL, at, ORDER);
            a1.add(first).intoMemorySegment(ALL, at + STEP, ORDER);
            a2.add(first).intoMemorySegment(ALL, at + 2 * STEP, ORDER);
            a3.add(first).intoMemorySegment(ALL, at + 3 * STEP, ORDER);
        }
    }

    private static void places2(long place, long values, int n, int m, int groups, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 7 : panelShift; // with the longest vectors, 2 of them are a panel row
        FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F);
        long ps = place & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        for (int g = 0; g < groups; g++) {
            long group = xs + ((g & INDEX) * m << shift & PANEL);
            for (int i = 0; i < n; i++) {
                long j = g * n + i & INDEX;
                long p = group + ((ALL.get(JAVA_BYTE, ps + j) & PLACE) << shift & PANEL);
                FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * j)).reinterpretAsFloats();
                a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = wa.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
            }
        }
        long at = y & MASK;
        if (more) {
            a0.add(fromMemorySegment(F, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
            a1.add(fromMemorySegment(F, ALL, at + STEP, ORDER)).intoMemorySegment(ALL, at + STEP, ORDER);
        } else {
            a0.add(first).intoMemorySegment(ALL, at, ORDER);
            a1.add(first).intoMemorySegment(ALL, at + STEP, ORDER);
        }
    }

    private static void places1(long place, long values, int n, int m, int groups, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 6 : panelShift; // with the longest vectors, 1 of them are a panel row
        FloatVector a0 = FloatVector.zero(F);
        long ps = place & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        for (int g = 0; g < groups; g++) {
            long group = xs + ((g & INDEX) * m << shift & PANEL);
            for (int i = 0; i < n; i++) {
                long j = g * n + i & INDEX;
                long p = group + ((ALL.get(JAVA_BYTE, ps + j) & PLACE) << shift & PANEL);
                FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * j)).reinterpretAsFloats();
                a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            }
        }
        long at = y & MASK;
        if (more) {
            a0.add(fromMemorySegment(F, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
        } else {
            a0.add(first).intoMemorySegment(ALL, at, ORDER);
        }
    }
}
