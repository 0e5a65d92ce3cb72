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

    /** {@code sum (x - origin)} and the sum of its squares. */
    static void moments(long x, float origin, int count, double[] sums) {
        FloatVector o = broadcast(F, origin);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector u = fromMemorySegment(F, ALL, x & MASK, ORDER).sub(o);
            a = a.add(u);
            b = u.fma(u, b);
            x += STEP;
        }
        float sum = Functions.sum(a);
        float squares = Functions.sum(b);
        for (; left > 0; left--) {
            float d = Lanes.getFloat(x) - origin;
            sum += d;
            squares += d * d;
            x += 4;
        }
        sums[0] += sum;
        sums[1] += squares;
    }

    /** {@code sum dy} and {@code sum dy (x - mean)}. */
    static void along(long x, float mean, long dy, int count, double[] sums) {
        FloatVector m = broadcast(F, mean);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector u = fromMemorySegment(F, ALL, x & MASK, ORDER);
            FloatVector d = fromMemorySegment(F, ALL, dy & MASK, ORDER);
            a = a.add(d);
            b = u.sub(m).fma(d, b);
            x += STEP;
            dy += STEP;
        }
        float sum = Functions.sum(a);
        float along = Functions.sum(b);
        for (; left > 0; left--) {
            float d = Lanes.getFloat(dy);
            sum += d;
            along += d * (Lanes.getFloat(x) - mean);
            x += 4;
            dy += 4;
        }
        sums[0] += sum;
        sums[1] += along;
    }

    /** {@code dy = 0} where y is not above zero, then the sums of {@link #along}. */
    static void alongPositive(long x, float mean, long y, long dy, int count, double[] sums) {
        FloatVector m = broadcast(F, mean);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector u = fromMemorySegment(F, ALL, x & MASK, ORDER);
            FloatVector d = FloatVector.zero(F).blend(fromMemorySegment(F, ALL, dy & MASK, ORDER), fromMemorySegment(F, ALL, y & MASK, ORDER).compare(VectorOperators.GT, 0f));
            d.intoMemorySegment(ALL, dy & MASK, ORDER);
            a = a.add(d);
            b = u.sub(m).fma(d, b);
            x += STEP;
            y += STEP;
            dy += STEP;
        }
        float sum = Functions.sum(a);
        float along = Functions.sum(b);
        for (; left > 0; left--) {
            float d = Lanes.getFloat(y) > 0 ? Lanes.getFloat(dy) : 0f;
            Lanes.setFloat(dy, d);
            sum += d;
            along += d * (Lanes.getFloat(x) - mean);
            x += 4;
            y += 4;
            dy += 4;
        }
        sums[0] += sum;
        sums[1] += along;
    }

    /** {@code dy = 0} where {@code gain x + shift} is not above zero, then the sums of {@link #along}. */
    static void alongScaled(long x, float mean, float gain, float shift, long dy, int count, double[] sums) {
        FloatVector m = broadcast(F, mean);
        FloatVector g = broadcast(F, gain);
        FloatVector s = broadcast(F, shift);
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector u = fromMemorySegment(F, ALL, x & MASK, ORDER);
            FloatVector d = FloatVector.zero(F).blend(fromMemorySegment(F, ALL, dy & MASK, ORDER), u.fma(g, s).compare(VectorOperators.GT, 0f));
            d.intoMemorySegment(ALL, dy & MASK, ORDER);
            a = a.add(d);
            b = u.sub(m).fma(d, b);
            x += STEP;
            dy += STEP;
        }
        float sum = Functions.sum(a);
        float along = Functions.sum(b);
        for (; left > 0; left--) {
            float d = gain * Lanes.getFloat(x) + shift > 0 ? Lanes.getFloat(dy) : 0f;
            Lanes.setFloat(dy, d);
            sum += d;
            along += d * (Lanes.getFloat(x) - mean);
            x += 4;
            dy += 4;
        }
        sums[0] += sum;
        sums[1] += along;
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
