package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The loops of batch normalisation over neighbouring floats, one small method each; what is left of a range goes under a mask. */
final class ChannelLoops {

    private ChannelLoops() {
    }

    /** {@code y = max(least, gain x + shift)}. */
    static void scale(float gain, float shift, float least, long p, long q, int count) {
        FloatVector g = broadcast(F, gain);
        FloatVector s = broadcast(F, shift);
        FloatVector low = broadcast(F, least);
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector y = fromMemorySegment(F, ALL, p & MASK, ORDER).fma(g, s);
            y.blend(low, y.compare(VectorOperators.LT, low)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            q += STEP;
        }
        if (left > 0) {
            VectorMask<Float> m = F.indexInRange(0, left);
            FloatVector y = fromMemorySegment(F, ALL, p, ORDER, m).fma(g, s);
            y.blend(low, y.compare(VectorOperators.LT, low)).intoMemorySegment(ALL, q, ORDER, m);
        }
    }

    /** {@code y = max(least, gain x + shift + r)}. */
    static void scaleAdd(float gain, float shift, float least, long p, long r, long q, int count) {
        FloatVector g = broadcast(F, gain);
        FloatVector s = broadcast(F, shift);
        FloatVector low = broadcast(F, least);
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector y = fromMemorySegment(F, ALL, p & MASK, ORDER).fma(g, s).add(fromMemorySegment(F, ALL, r & MASK, ORDER));
            y.blend(low, y.compare(VectorOperators.LT, low)).intoMemorySegment(ALL, q & MASK, ORDER);
            p += STEP;
            r += STEP;
            q += STEP;
        }
        if (left > 0) {
            VectorMask<Float> m = F.indexInRange(0, left);
            FloatVector y = fromMemorySegment(F, ALL, p, ORDER, m).fma(g, s).add(fromMemorySegment(F, ALL, r, ORDER, m));
            y.blend(low, y.compare(VectorOperators.LT, low)).intoMemorySegment(ALL, q, ORDER, m);
        }
    }

    /** {@code dy = 0} where y is not above zero. */
    static void keepPositive(long y, long dy, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            VectorMask<Float> above = fromMemorySegment(F, ALL, y & MASK, ORDER).compare(VectorOperators.GT, 0f);
            FloatVector.zero(F).blend(fromMemorySegment(F, ALL, dy & MASK, ORDER), above).intoMemorySegment(ALL, dy & MASK, ORDER);
            y += STEP;
            dy += STEP;
        }
        if (left > 0) {
            VectorMask<Float> m = F.indexInRange(0, left);
            VectorMask<Float> above = fromMemorySegment(F, ALL, y, ORDER, m).compare(VectorOperators.GT, 0f);
            FloatVector.zero(F).blend(fromMemorySegment(F, ALL, dy, ORDER, m), above).intoMemorySegment(ALL, dy, ORDER, m);
        }
    }

    /** {@code sum dy (x - mean)}. */
    static float along(long x, float mean, long dy, int count) {
        FloatVector m = broadcast(F, mean);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int left = count;
        for (; left >= 2 * N; left -= 2 * N) {
            a = fromMemorySegment(F, ALL, x & MASK, ORDER).sub(m).fma(fromMemorySegment(F, ALL, dy & MASK, ORDER), a);
            b = fromMemorySegment(F, ALL, (x + STEP) & MASK, ORDER).sub(m).fma(fromMemorySegment(F, ALL, (dy + STEP) & MASK, ORDER), b);
            x += 2 * STEP;
            dy += 2 * STEP;
        }
        float sum = Functions.sum(a.add(b));
        for (; left > 0; left--) {
            sum += Lanes.getFloat(dy) * (Lanes.getFloat(x) - mean);
            x += 4;
            dy += 4;
        }
        return sum;
    }

    /** {@code dx = a dy + b x + c}. */
    static void blend(float a, long dy, float b, long x, float c, long dx, int count) {
        FloatVector va = broadcast(F, a);
        FloatVector vb = broadcast(F, b);
        FloatVector vc = broadcast(F, c);
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector rest = fromMemorySegment(F, ALL, x & MASK, ORDER).fma(vb, vc);
            fromMemorySegment(F, ALL, dy & MASK, ORDER).fma(va, rest).intoMemorySegment(ALL, dx & MASK, ORDER);
            x += STEP;
            dy += STEP;
            dx += STEP;
        }
        if (left > 0) {
            VectorMask<Float> m = F.indexInRange(0, left);
            FloatVector rest = fromMemorySegment(F, ALL, x, ORDER, m).fma(vb, vc);
            fromMemorySegment(F, ALL, dy, ORDER, m).fma(va, rest).intoMemorySegment(ALL, dx, ORDER, m);
        }
    }
}
