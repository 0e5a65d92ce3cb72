package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * A window over one plane whose taps are shifts of it: reads are masked, so that pixels beyond the border of their
 * image count as zero. The plane must be readable as far as the taps reach.
 */
final class Depthwise {

    private Depthwise() {
    }

    /**
     * @param x       the plane, seen by the first tap of the first pixel
     * @param row     bytes from one row of taps to the next
     * @param inside  one bit per pixel and tap, {@code words} longs for a tap
     * @param vectors of the plane
     */
    static void plane(int height, int width, long w, float bias, long x, long row, long inside, long words, int vectors, long y) {
        int i = 0;
        for (; i + 4 <= vectors; i += 4) {
            pixels4(height, width, w, bias, x + i * STEP, row, inside, words, i * N, y + i * STEP);
        }
        for (; i < vectors; i++) {
            pixels1(height, width, w, bias, x + i * STEP, row, inside, words, i * N, y + i * STEP);
        }
    }

    private static void pixels4(int height, int width, long w, float bias, long x, long row, long inside, long words, int pixel, long y) {
        FloatVector a0 = broadcast(F, bias), a1 = a0, a2 = a0, a3 = a0;
        long bits = inside + 8L * (pixel >>> 6);
        for (int ty = 0; ty < height; ty++) {
            long p = x + ty * row;
            for (int tx = 0; tx < width; tx++) {
                long live = getLong(bits & MASK) >>> pixel;
                FloatVector v = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, w & MASK));
                long at = p & MASK;
                a0 = v.fma(fromMemorySegment(F, ALL, at, ORDER, VectorMask.fromLong(F, live)), a0);
                a1 = v.fma(fromMemorySegment(F, ALL, at + STEP, ORDER, VectorMask.fromLong(F, live >>> N)), a1);
                a2 = v.fma(fromMemorySegment(F, ALL, at + 2 * STEP, ORDER, VectorMask.fromLong(F, live >>> 2 * N)), a2);
                a3 = v.fma(fromMemorySegment(F, ALL, at + 3 * STEP, ORDER, VectorMask.fromLong(F, live >>> 3 * N)), a3);
                bits += 8 * words;
                w += 4;
                p += 4;
            }
        }
        long o = y & MASK;
        a0.intoMemorySegment(ALL, o, ORDER);
        a1.intoMemorySegment(ALL, o + STEP, ORDER);
        a2.intoMemorySegment(ALL, o + 2 * STEP, ORDER);
        a3.intoMemorySegment(ALL, o + 3 * STEP, ORDER);
    }

    private static void pixels1(int height, int width, long w, float bias, long x, long row, long inside, long words, int pixel, long y) {
        FloatVector a = broadcast(F, bias);
        long bits = inside + 8L * (pixel >>> 6);
        for (int ty = 0; ty < height; ty++) {
            long p = x + ty * row;
            for (int tx = 0; tx < width; tx++) {
                VectorMask<Float> live = VectorMask.fromLong(F, getLong(bits & MASK) >>> pixel);
                a = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, w & MASK)).fma(fromMemorySegment(F, ALL, p & MASK, ORDER, live), a);
                bits += 8 * words;
                w += 4;
                p += 4;
            }
        }
        a.intoMemorySegment(ALL, y & MASK, ORDER);
    }

    /** Sum of dy times the plane as one tap sees it. */
    static float dot(long dy, long x, long inside, int vectors) {
        FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
        int i = 0;
        for (; i + 4 <= vectors; i += 4) {
            int pixel = i * N;
            long live = getLong((inside + 8L * (pixel >>> 6)) & MASK) >>> pixel;
            long p = (x + i * STEP) & MASK;
            long q = (dy + i * STEP) & MASK;
            a = fromMemorySegment(F, ALL, q, ORDER).fma(fromMemorySegment(F, ALL, p, ORDER, VectorMask.fromLong(F, live)), a);
            b = fromMemorySegment(F, ALL, q + STEP, ORDER).fma(fromMemorySegment(F, ALL, p + STEP, ORDER, VectorMask.fromLong(F, live >>> N)), b);
            c = fromMemorySegment(F, ALL, q + 2 * STEP, ORDER).fma(fromMemorySegment(F, ALL, p + 2 * STEP, ORDER, VectorMask.fromLong(F, live >>> 2 * N)), c);
            d = fromMemorySegment(F, ALL, q + 3 * STEP, ORDER).fma(fromMemorySegment(F, ALL, p + 3 * STEP, ORDER, VectorMask.fromLong(F, live >>> 3 * N)), d);
        }
        for (; i < vectors; i++) {
            int pixel = i * N;
            VectorMask<Float> live = VectorMask.fromLong(F, getLong((inside + 8L * (pixel >>> 6)) & MASK) >>> pixel);
            a = fromMemorySegment(F, ALL, (dy + i * STEP) & MASK, ORDER).fma(fromMemorySegment(F, ALL, (x + i * STEP) & MASK, ORDER, live), a);
        }
        return Functions.sum(a.add(b).add(c.add(d)));
    }

    /** Sum of dy times x, whole vectors. */
    static float dot(long dy, long x, int vectors) {
        FloatVector a = FloatVector.zero(F);
        for (int i = 0; i < vectors; i++) {
            a = fromMemorySegment(F, ALL, (dy + i * STEP) & MASK, ORDER).fma(fromMemorySegment(F, ALL, (x + i * STEP) & MASK, ORDER), a);
        }
        return Functions.sum(a);
    }
}
