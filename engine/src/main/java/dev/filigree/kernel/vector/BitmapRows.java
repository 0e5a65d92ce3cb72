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
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Sparse rows of a bitmap, whose columns are told by bits. They are walked in slices of columns as those of
 * {@link PositionedRows}.
 */
final class BitmapRows {

    private BitmapRows() {
    }

    /** Rows {@code from .. to} of a bitmap, all lanes of a panel. */
    static void run(long bits, long start, long values, int cols, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        int words = (cols + 63) / 64;
        for (int left = (1 << shift >> 2) / N; left > 0;) {
            int vectors = Math.min(4, left);
            int slice = PositionedRows.SLICE / vectors / 64;
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
