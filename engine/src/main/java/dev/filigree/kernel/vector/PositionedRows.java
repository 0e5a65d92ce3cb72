package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;

/** Sparse rows whose columns are not listed but told by place: a byte inside a group of N:M, or a bit of a bitmap. */
final class PositionedRows {

    private PositionedRows() {
    }

    /** Rows {@code from .. to} with {@code n} of every {@code m} columns, all lanes of a panel. */
    static void nOfM(long place, long values, int n, int m, int cols, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        int left = (1 << shift >> 2) / N;
        for (; left >= 4; left -= 4) {
            places4(place, values, n, m, cols / m, shift, x, y, from, to, bias, biasStep);
            x += 4 * STEP;
            y += 4 * STEP;
        }
        if (left >= 2) {
            places2(place, values, n, m, cols / m, shift, x, y, from, to, bias, biasStep);
        } else if (left == 1) {
            places1(place, values, n, m, cols / m, shift, x, y, from, to, bias, biasStep);
        }
    }

    /** Rows {@code from .. to} of a bitmap, all lanes of a panel. */
    static void bitmap(long bits, long start, long values, int cols, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        int words = (cols + 63) / 64;
        int left = (1 << shift >> 2) / N;
        for (; left >= 4; left -= 4) {
            bits4(bits, start, values, words, shift, x, y, from, to, bias, biasStep);
            x += 4 * STEP;
            y += 4 * STEP;
        }
        if (left >= 2) {
            bits2(bits, start, values, words, shift, x, y, from, to, bias, biasStep);
        } else if (left == 1) {
            bits1(bits, start, values, words, shift, x, y, from, to, bias, biasStep);
        }
    }

    private static void places4(long place, long values, int n, int m, int groups, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        long e = place + (long) from * groups * n;
        long q = values + 4L * from * groups * n;
        for (int r = from; r < to; r++) {
            FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (bias + r * biasStep) & MASK)), a1 = a0, a2 = a0, a3 = a0;
            long base = x;
            for (int g = 0; g < groups; g++) {
                for (int i = 0; i < n; i++) {
                    long p = (base + ((long) ALL.get(JAVA_BYTE, e & MASK) << shift)) & MASK;
                    FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                    a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                    a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                    a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                    a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                    e++;
                    q += 4;
                }
                base += (long) m << shift;
            }
            long o = (y + ((long) r << shift)) & MASK;
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
            a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        }
    }

    private static void places2(long place, long values, int n, int m, int groups, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        long e = place + (long) from * groups * n;
        long q = values + 4L * from * groups * n;
        for (int r = from; r < to; r++) {
            FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (bias + r * biasStep) & MASK)), a1 = a0;
            long base = x;
            for (int g = 0; g < groups; g++) {
                for (int i = 0; i < n; i++) {
                    long p = (base + ((long) ALL.get(JAVA_BYTE, e & MASK) << shift)) & MASK;
                    FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                    a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                    a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                    e++;
                    q += 4;
                }
                base += (long) m << shift;
            }
            long o = (y + ((long) r << shift)) & MASK;
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
        }
    }

    private static void places1(long place, long values, int n, int m, int groups, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        long e = place + (long) from * groups * n;
        long q = values + 4L * from * groups * n;
        for (int r = from; r < to; r++) {
            FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (bias + r * biasStep) & MASK));
            long base = x;
            for (int g = 0; g < groups; g++) {
                for (int i = 0; i < n; i++) {
                    long p = (base + ((long) ALL.get(JAVA_BYTE, e & MASK) << shift)) & MASK;
                    a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK)).fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                    e++;
                    q += 4;
                }
                base += (long) m << shift;
            }
            long o = (y + ((long) r << shift)) & MASK;
            a0.intoMemorySegment(ALL, o, ORDER);
        }
    }

    private static void bits4(long bits, long start, long values, int words, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        for (int r = from; r < to; r++) {
            FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (bias + r * biasStep) & MASK)), a1 = a0, a2 = a0, a3 = a0;
            long q = values + 4L * getInt((start + 4L * r) & MASK);
            for (int i = 0; i < words; i++) {
                long base = x + ((64L * i) << shift);
                for (long rest = ALL.get(JAVA_LONG_UNALIGNED, (bits + 8L * ((long) r * words + i)) & MASK); rest != 0; rest &= rest - 1) {
                    long p = (base + ((long) Long.numberOfTrailingZeros(rest) << shift)) & MASK;
                    FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                    a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                    a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                    a2 = w.fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER), a2);
                    a3 = w.fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER), a3);
                    q += 4;
                }
            }
            long o = (y + ((long) r << shift)) & MASK;
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
            a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
        }
    }

    private static void bits2(long bits, long start, long values, int words, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        for (int r = from; r < to; r++) {
            FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (bias + r * biasStep) & MASK)), a1 = a0;
            long q = values + 4L * getInt((start + 4L * r) & MASK);
            for (int i = 0; i < words; i++) {
                long base = x + ((64L * i) << shift);
                for (long rest = ALL.get(JAVA_LONG_UNALIGNED, (bits + 8L * ((long) r * words + i)) & MASK); rest != 0; rest &= rest - 1) {
                    long p = (base + ((long) Long.numberOfTrailingZeros(rest) << shift)) & MASK;
                    FloatVector w = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK));
                    a0 = w.fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                    a1 = w.fma(fromMemorySegment(F, ALL, p + STEP, ORDER), a1);
                    q += 4;
                }
            }
            long o = (y + ((long) r << shift)) & MASK;
            a0.intoMemorySegment(ALL, o, ORDER);
            a1.intoMemorySegment(ALL, o + STEP, ORDER);
        }
    }

    private static void bits1(long bits, long start, long values, int words, int shift, long x, long y, int from, int to, long bias, long biasStep) {
        for (int r = from; r < to; r++) {
            FloatVector a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (bias + r * biasStep) & MASK));
            long q = values + 4L * getInt((start + 4L * r) & MASK);
            for (int i = 0; i < words; i++) {
                long base = x + ((64L * i) << shift);
                for (long rest = ALL.get(JAVA_LONG_UNALIGNED, (bits + 8L * ((long) r * words + i)) & MASK); rest != 0; rest &= rest - 1) {
                    long p = (base + ((long) Long.numberOfTrailingZeros(rest) << shift)) & MASK;
                    a0 = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, q & MASK)).fma(fromMemorySegment(F, ALL, p, ORDER), a0);
                    q += 4;
                }
            }
            long o = (y + ((long) r << shift)) & MASK;
            a0.intoMemorySegment(ALL, o, ORDER);
        }
    }
}
