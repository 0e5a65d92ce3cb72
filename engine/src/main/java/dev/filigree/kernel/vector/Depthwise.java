package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;

/**
 * A window over one plane whose taps are shifts of it: reads are masked, so that pixels beyond the border of their
 * image count as zero. The plane must be readable as far as the taps reach.
 */
final class Depthwise {

    private Depthwise() {
    }

    /**
     * @param w        one weight for each tap
     * @param x        the plane
     * @param distance floats from a pixel to what each tap sees
     * @param inside   one bit per pixel and tap, {@code words} longs for a tap
     * @param vectors  of y
     */
    static void plane(int taps, long w, float bias, long x, long distance, long inside, long words, int vectors, long y) {
        int i = 0;
        for (; i + 4 <= vectors; i += 4) {
            pixels4(taps, w, bias, x + i * STEP, distance, inside, words, i * N, y + i * STEP);
        }
        for (; i < vectors; i++) {
            pixels1(taps, w, bias, x + i * STEP, distance, inside, words, i * N, y + i * STEP);
        }
    }

    private static void pixels4(int taps, long w, float bias, long x, long distance, long inside, long words, int pixel, long y) {
        FloatVector a0 = broadcast(F, bias), a1 = a0, a2 = a0, a3 = a0;
        long bits = inside + 8L * (pixel >>> 6);
        for (int t = 0; t < taps; t++) {
            long live = getLong(bits & MASK) >>> pixel;
            long at = (x + 4L * getInt((distance + 4L * t) & MASK)) & MASK;
            FloatVector v = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (w + 4L * t) & MASK)).reinterpretAsFloats();
            a0 = v.fma(fromMemorySegment(F, ALL, at, ORDER, VectorMask.fromLong(F, live)), a0);
            a1 = v.fma(fromMemorySegment(F, ALL, at + STEP, ORDER, VectorMask.fromLong(F, live >>> N)), a1);
            a2 = v.fma(fromMemorySegment(F, ALL, at + 2 * STEP, ORDER, VectorMask.fromLong(F, live >>> 2 * N)), a2);
            a3 = v.fma(fromMemorySegment(F, ALL, at + 3 * STEP, ORDER, VectorMask.fromLong(F, live >>> 3 * N)), a3);
            bits += 8 * words;
        }
        long o = y & MASK;
        a0.intoMemorySegment(ALL, o, ORDER);
        a1.intoMemorySegment(ALL, o + STEP, ORDER);
        a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
        a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
    }

    private static void pixels1(int taps, long w, float bias, long x, long distance, long inside, long words, int pixel, long y) {
        FloatVector a0 = broadcast(F, bias);
        long bits = inside + 8L * (pixel >>> 6);
        for (int t = 0; t < taps; t++) {
            long live = getLong(bits & MASK) >>> pixel;
            long at = (x + 4L * getInt((distance + 4L * t) & MASK)) & MASK;
            FloatVector v = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (w + 4L * t) & MASK)).reinterpretAsFloats();
            a0 = v.fma(fromMemorySegment(F, ALL, at, ORDER, VectorMask.fromLong(F, live)), a0);
            bits += 8 * words;
        }
        long o = y & MASK;
        a0.intoMemorySegment(ALL, o, ORDER);
    }

    /**
     * Adds the sum of dy times the plane as one tap sees it to the float at {@code sum}. Each part is small, for a method
     * that is not inlined would get its vectors as objects.
     *
     * @param partial one vector of scratch memory
     */
    static void addDot(long dy, long x, long inside, int vectors, long partial, long sum) {
        products4(dy, x, inside, vectors / 4, partial);
        products1(dy, x, inside, vectors / 4 * 4, vectors, partial);
        addLanes(partial, sum);
    }

    private static void products4(long dy, long x, long inside, int quads, long partial) {
        FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
        for (int i = 0; i < quads; i++) {
            int pixel = i * 4 * N;
            long live = getLong((inside + 8L * (pixel >>> 6)) & MASK) >>> pixel;
            long p = (x + 4L * pixel) & MASK;
            long q = (dy + 4L * pixel) & MASK;
            a = fromMemorySegment(F, ALL, p, ORDER, VectorMask.fromLong(F, live)).fma(fromMemorySegment(F, ALL, q, ORDER), a);
            b = fromMemorySegment(F, ALL, p + STEP, ORDER, VectorMask.fromLong(F, live >>> N)).fma(fromMemorySegment(F, ALL, q + STEP, ORDER), b);
            c = fromMemorySegment(F, ALL, p + 2 * STEP, ORDER, VectorMask.fromLong(F, live >>> 2 * N)).fma(fromMemorySegment(F, ALL, q + 2 * STEP, ORDER), c);
            d = fromMemorySegment(F, ALL, p + 3 * STEP, ORDER, VectorMask.fromLong(F, live >>> 3 * N)).fma(fromMemorySegment(F, ALL, q + 3 * STEP, ORDER), d);
        }
        a.add(b).add(c.add(d)).intoMemorySegment(ALL, partial & MASK, ORDER);
    }

    private static void products1(long dy, long x, long inside, int from, int to, long partial) {
        FloatVector a = fromMemorySegment(F, ALL, partial & MASK, ORDER);
        for (int i = from; i < to; i++) {
            VectorMask<Float> live = VectorMask.fromLong(F, getLong((inside + 8L * (i * N >>> 6)) & MASK) >>> i * N);
            a = fromMemorySegment(F, ALL, (x + i * STEP) & MASK, ORDER, live).fma(fromMemorySegment(F, ALL, (dy + i * STEP) & MASK, ORDER), a);
        }
        a.intoMemorySegment(ALL, partial & MASK, ORDER);
    }

    /** Adds the sum of dy times x, whole vectors, to the float at {@code sum}. */
    static void addDot(long dy, long x, int vectors, long sum) {
        FloatVector a = FloatVector.zero(F);
        for (int i = 0; i < vectors; i++) {
            a = fromMemorySegment(F, ALL, (dy + i * STEP) & MASK, ORDER).fma(fromMemorySegment(F, ALL, (x + i * STEP) & MASK, ORDER), a);
        }
        setFloat(sum & MASK, getFloat(sum & MASK) + Functions.sum(a));
    }

    private static void addLanes(long partial, long sum) {
        setFloat(sum & MASK, getFloat(sum & MASK) + Functions.sum(fromMemorySegment(F, ALL, partial & MASK, ORDER)));
    }
}
