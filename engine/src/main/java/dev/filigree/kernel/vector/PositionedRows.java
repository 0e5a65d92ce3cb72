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
import static dev.filigree.kernel.vector.Lanes.getLong;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Sparse rows whose columns are not listed but told by place: a byte inside a group of N:M, or a bit of a bitmap. Both
 * are walked in slices of columns, so that the slice of x stays in the nearest cache; the first slice of a row starts
 * from the bias, later ones add to y.
 */
final class PositionedRows {

    /** Vectors of x in a slice, about: 512 of them are 32 kB, 128 columns of four vectors or 512 of one. */
    private static final int SLICE = 512;

    /** What a place is cut to, so that the compiler knows it is not negative. */
    private static final long PLACE = Byte.MAX_VALUE;

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
                    switch (n == 2 ? -vectors : vectors) {
                        case -4 -> pairs4(place + e, values + 4 * e, m, count, shift, base, o, g > 0, first);
                        case -2 -> pairs2(place + e, values + 4 * e, m, count, shift, base, o, g > 0, first);
                        case -1 -> pairs1(place + e, values + 4 * e, m, count, shift, base, o, g > 0, first);
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

    /** Rows {@code from .. to} of a bitmap, all lanes of a panel. */
    static void bitmap(long bits, long start, long values, int cols, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        int words = (cols + 63) / 64;
        for (int left = (1 << shift >> 2) / N; left > 0;) {
            int vectors = Math.min(4, left);
            int slice = SLICE / vectors / 64;
            for (int w = 0; w < words; w += slice) {
                int count = Math.min(slice, words - w);
                for (int r = from; r < to; r++) {
                    long row = bits + 8L * words * r;
                    long q = values + 4L * (getInt(start + 4L * r) + setBits(row, w));
                    long o = y + ((long) r << shift);
                    long base = x + ((long) w * 64 << shift);
                    float first = w == 0 ? getFloat(bias + r * biasStep) : 0;
                    switch (vectors) {
                        case 4 -> bits4(row + 8L * w, count, q, shift, base, o, w > 0, first);
                        case 2 -> bits2(row + 8L * w, count, q, shift, base, o, w > 0, first);
                        default -> bits1(row + 8L * w, count, q, shift, base, o, w > 0, first);
                    }
                }
            }
            x += vectors * STEP;
            y += vectors * STEP;
            left -= vectors;
        }
    }

    private static int setBits(long words, int count) {
        int n = 0;
        for (int i = 0; i < count; i++) {
            n += Long.bitCount(getLong(words + 8L * i));
        }
        return n;
    }

    private static void pairs4(long place, long values, int m, int groups, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 8 : panelShift; // with the longest vectors, 4 of them are a panel row
        FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F), a2 = FloatVector.zero(F), a3 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F), b2 = FloatVector.zero(F), b3 = FloatVector.zero(F);
        long ps = place & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        for (int g = 0; g < groups; g++) {
            long i = g & INDEX;
            long group = xs + (i * m << shift & PANEL);
            long e = ps + 2 * i;
            long q = vs + 8 * i;
            long p = group + ((ALL.get(JAVA_BYTE, e) & PLACE) << shift & PANEL);
            FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats();
            a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            a1 = wa.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
            a2 = wa.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
            a3 = wa.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
            long o = group + ((ALL.get(JAVA_BYTE, e + 1) & PLACE) << shift & PANEL);
            FloatVector wb = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats();
            b0 = wb.fma(fromMemorySegment(F, ALL, o, ORDER), b0);
            b1 = wb.fma(fromMemorySegment(F, ALL, o + STEP, ORDER), b1);
            b2 = wb.fma(fromMemorySegment(F, ALL, o + 2 * STEP, ORDER), b2);
            b3 = wb.fma(fromMemorySegment(F, ALL, o + 3 * STEP, ORDER), b3);
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

    private static void pairs2(long place, long values, int m, int groups, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 7 : panelShift; // with the longest vectors, 2 of them are a panel row
        FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F), b1 = FloatVector.zero(F);
        long ps = place & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        for (int g = 0; g < groups; g++) {
            long i = g & INDEX;
            long group = xs + (i * m << shift & PANEL);
            long e = ps + 2 * i;
            long q = vs + 8 * i;
            long p = group + ((ALL.get(JAVA_BYTE, e) & PLACE) << shift & PANEL);
            FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats();
            a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            a1 = wa.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
            long o = group + ((ALL.get(JAVA_BYTE, e + 1) & PLACE) << shift & PANEL);
            FloatVector wb = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats();
            b0 = wb.fma(fromMemorySegment(F, ALL, o, ORDER), b0);
            b1 = wb.fma(fromMemorySegment(F, ALL, o + STEP, ORDER), b1);
        }
        long at = y & MASK;
        if (more) {
            a0.add(b0).add(fromMemorySegment(F, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
            a1.add(b1).add(fromMemorySegment(F, ALL, at + STEP, ORDER)).intoMemorySegment(ALL, at + STEP, ORDER);
        } else {
            a0.add(b0).add(first).intoMemorySegment(ALL, at, ORDER);
            a1.add(b1).add(first).intoMemorySegment(ALL, at + STEP, ORDER);
        }
    }

    private static void pairs1(long place, long values, int m, int groups, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 6 : panelShift; // with the longest vectors, 1 of them are a panel row
        FloatVector a0 = FloatVector.zero(F);
        FloatVector b0 = FloatVector.zero(F);
        long ps = place & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        for (int g = 0; g < groups; g++) {
            long i = g & INDEX;
            long group = xs + (i * m << shift & PANEL);
            long e = ps + 2 * i;
            long q = vs + 8 * i;
            long p = group + ((ALL.get(JAVA_BYTE, e) & PLACE) << shift & PANEL);
            FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q)).reinterpretAsFloats();
            a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            long o = group + ((ALL.get(JAVA_BYTE, e + 1) & PLACE) << shift & PANEL);
            FloatVector wb = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, q + 4)).reinterpretAsFloats();
            b0 = wb.fma(fromMemorySegment(F, ALL, o, ORDER), b0);
        }
        long at = y & MASK;
        if (more) {
            a0.add(b0).add(fromMemorySegment(F, ALL, at, ORDER)).intoMemorySegment(ALL, at, ORDER);
        } else {
            a0.add(b0).add(first).intoMemorySegment(ALL, at, ORDER);
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

    private static void bits4(long bits, int words, long values, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 8 : panelShift; // with the longest vectors, 4 of them are a panel row
        FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F), a2 = FloatVector.zero(F), a3 = FloatVector.zero(F);
        long bs = bits & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        int j = 0;
        for (int i = 0; i < words; i++) {
            for (long rest = getLong(bs + 8 * (i & INDEX)); rest != 0; rest &= rest - 1, j++) {
                long p = xs + ((64L * i + Long.numberOfTrailingZeros(rest)) << shift & PANEL);
                FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * (j & INDEX))).reinterpretAsFloats();
                a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = wa.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                a2 = wa.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                a3 = wa.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
            }
        }
        long o = y & MASK;
        if (more) {
            a0.add(fromMemorySegment(F, ALL, o, ORDER)).intoMemorySegment(ALL, o, ORDER);
            a1.add(fromMemorySegment(F, ALL, o + STEP, ORDER)).intoMemorySegment(ALL, o + STEP, ORDER);
            a2.add(fromMemorySegment(F, ALL, o + 2 * STEP, ORDER)).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.add(fromMemorySegment(F, ALL, o + 3 * STEP, ORDER)).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        } else {
            a0.add(first).intoMemorySegment(ALL, o, ORDER);
            a1.add(first).intoMemorySegment(ALL, o + STEP, ORDER);
            a2.add(first).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.add(first).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        }
    }

    private static void bits2(long bits, int words, long values, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 7 : panelShift; // with the longest vectors, 2 of them are a panel row
        FloatVector a0 = FloatVector.zero(F), a1 = FloatVector.zero(F);
        long bs = bits & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        int j = 0;
        for (int i = 0; i < words; i++) {
            for (long rest = getLong(bs + 8 * (i & INDEX)); rest != 0; rest &= rest - 1, j++) {
                long p = xs + ((64L * i + Long.numberOfTrailingZeros(rest)) << shift & PANEL);
                FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * (j & INDEX))).reinterpretAsFloats();
                a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                a1 = wa.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
            }
        }
        long o = y & MASK;
        if (more) {
            a0.add(fromMemorySegment(F, ALL, o, ORDER)).intoMemorySegment(ALL, o, ORDER);
            a1.add(fromMemorySegment(F, ALL, o + STEP, ORDER)).intoMemorySegment(ALL, o + STEP, ORDER);
        } else {
            a0.add(first).intoMemorySegment(ALL, o, ORDER);
            a1.add(first).intoMemorySegment(ALL, o + STEP, ORDER);
        }
    }

    private static void bits1(long bits, int words, long values, int panelShift, long x, long y, boolean more, float first) {
        int shift = N == 16 ? 6 : panelShift; // with the longest vectors, 1 of them are a panel row
        FloatVector a0 = FloatVector.zero(F);
        long bs = bits & MASK;
        long vs = values & MASK;
        long xs = x & MASK;
        int j = 0;
        for (int i = 0; i < words; i++) {
            for (long rest = getLong(bs + 8 * (i & INDEX)); rest != 0; rest &= rest - 1, j++) {
                long p = xs + ((64L * i + Long.numberOfTrailingZeros(rest)) << shift & PANEL);
                FloatVector wa = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, vs + 4 * (j & INDEX))).reinterpretAsFloats();
                a0 = wa.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
            }
        }
        long o = y & MASK;
        if (more) {
            a0.add(fromMemorySegment(F, ALL, o, ORDER)).intoMemorySegment(ALL, o, ORDER);
        } else {
            a0.add(first).intoMemorySegment(ALL, o, ORDER);
        }
    }
}
