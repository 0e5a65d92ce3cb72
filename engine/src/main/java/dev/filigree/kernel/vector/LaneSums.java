package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/** Adds up lanes that stand for the same output, and what follows a sum: scale and bias. */
final class LaneSums {

    private static final VectorShuffle<Float> BY_2 = turn(2);
    private static final VectorShuffle<Float> BY_4 = turn(4);
    private static final VectorShuffle<Float> BY_8 = turn(8);
    private static final VectorShuffle<Float> BY_16 = turn(16);

    private LaneSums() {
    }

    private static VectorShuffle<Float> turn(int parts) {
        return VectorShuffle.fromOp(F, i -> (i + Math.max(1, N / parts)) % N);
    }

    /**
     * {@code count} vectors become {@code words} sums each, of the lanes with equal {@code lane % words}; sums lie end to end.
     *
     * @param words 1, 2, 4 or 8; where a vector has no more lanes, nothing is to add
     * @param out   may be {@code from}; a vector past its end is written too
     */
    static void fold(int count, int words, long from, long out) {
        switch (N / words) {
            case 0, 1 -> {
            }
            case 2 -> halves(count, from, out);
            case 4 -> quarters(count, from, out);
            case 8 -> eighths(count, from, out);
            case 16 -> sixteenths(count, from, out);
            default -> throw new IllegalArgumentException("no sums of " + words + " words");
        }
    }

    private static void halves(int count, long from, long out) {
        long f = from & MASK;
        long o = out & MASK;
        for (int i = 0; i < count; i++) {
            FloatVector a = fromMemorySegment(F, ALL, f + STEP * (i & INDEX), ORDER);
            a.add(a.rearrange(BY_2)).intoMemorySegment(ALL, o + STEP / 2 * (i & INDEX), ORDER);
        }
    }

    private static void quarters(int count, long from, long out) {
        long f = from & MASK;
        long o = out & MASK;
        for (int i = 0; i < count; i++) {
            FloatVector a = fromMemorySegment(F, ALL, f + STEP * (i & INDEX), ORDER);
            a = a.add(a.rearrange(BY_2));
            a.add(a.rearrange(BY_4)).intoMemorySegment(ALL, o + STEP / 4 * (i & INDEX), ORDER);
        }
    }

    private static void eighths(int count, long from, long out) {
        long f = from & MASK;
        long o = out & MASK;
        for (int i = 0; i < count; i++) {
            FloatVector a = fromMemorySegment(F, ALL, f + STEP * (i & INDEX), ORDER);
            a = a.add(a.rearrange(BY_2));
            a = a.add(a.rearrange(BY_4));
            a.add(a.rearrange(BY_8)).intoMemorySegment(ALL, o + STEP / 8 * (i & INDEX), ORDER);
        }
    }

    private static void sixteenths(int count, long from, long out) {
        long f = from & MASK;
        long o = out & MASK;
        for (int i = 0; i < count; i++) {
            FloatVector a = fromMemorySegment(F, ALL, f + STEP * (i & INDEX), ORDER);
            a = a.add(a.rearrange(BY_2));
            a = a.add(a.rearrange(BY_4));
            a = a.add(a.rearrange(BY_8));
            a.add(a.rearrange(BY_16)).intoMemorySegment(ALL, o + STEP / 16 * (i & INDEX), ORDER);
        }
    }

    /**
     * {@code y[i] = before[i] + sums[i]}.
     *
     * @param before as many values, or 0 for none
     */
    static void store(int count, long sums, long before, long y) {
        long s = sums & MASK;
        long p = (before == 0 ? Lanes.ZEROS : before) & MASK;
        int step = before == 0 ? 0 : 4;
        long o = y & MASK;
        int i = 0;
        for (; i + N <= count; i += N) {
            long at = 4 * (i & INDEX);
            fromMemorySegment(F, ALL, s + at, ORDER).add(fromMemorySegment(F, ALL, p + (step * i & INDEX), ORDER)).intoMemorySegment(ALL, o + at, ORDER);
        }
        for (; i < count; i++) {
            long at = 4 * (i & INDEX);
            setFloat(o + at, getFloat(s + at) + getFloat(p + (step * i & INDEX)));
        }
    }

    /** {@code y[i] = before[i] + sums[i] * scales[i] * factor}. */
    static void storeScaled(int count, long sums, long scales, float factor, long before, long y) {
        long s = sums & MASK;
        long q = scales & MASK;
        long p = (before == 0 ? Lanes.ZEROS : before) & MASK;
        int step = before == 0 ? 0 : 4;
        long o = y & MASK;
        int i = 0;
        for (; i + N <= count; i += N) {
            long at = 4 * (i & INDEX);
            FloatVector scale = fromMemorySegment(F, ALL, q + at, ORDER).mul(factor);
            fromMemorySegment(F, ALL, s + at, ORDER).fma(scale, fromMemorySegment(F, ALL, p + (step * i & INDEX), ORDER)).intoMemorySegment(ALL, o + at, ORDER);
        }
        for (; i < count; i++) {
            long at = 4 * (i & INDEX);
            setFloat(o + at, getFloat(p + (step * i & INDEX)) + getFloat(s + at) * (getFloat(q + at) * factor));
        }
    }
}
