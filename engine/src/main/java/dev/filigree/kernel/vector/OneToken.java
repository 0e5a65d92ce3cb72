package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops of {@link VectorNorms} for a panel of one token, {@code n} neighbouring floats, with features along lanes.
 * Each loop takes whole vectors and leaves the rest, fewer features than lanes, to a loop over single numbers.
 */
final class OneToken {

    private OneToken() {
    }

    static void layerNorm(long x, long y, int n, long gain, long shift, float eps) {
        float mean = sum(x, n) / n;
        float inverse = inverse(squares(x, n, mean), n, eps);
        FloatVector means = broadcast(F, mean);
        FloatVector inverses = broadcast(F, inverse);
        long o = 0;
        for (; o + STEP <= 4L * n; o += STEP) {
            FloatVector scale = fromMemorySegment(F, ALL, (gain + o) & MASK, ORDER).mul(inverses);
            FloatVector move = fromMemorySegment(F, ALL, (shift + o) & MASK, ORDER);
            fromMemorySegment(F, ALL, (x + o) & MASK, ORDER).sub(means).fma(scale, move).intoMemorySegment(ALL, (y + o) & MASK, ORDER);
        }
        for (; o < 4L * n; o += 4) {
            setFloat(y + o, (getFloat(x + o) - mean) * (getFloat(gain + o) * inverse) + getFloat(shift + o));
        }
    }

    static void rmsNorm(long x, long y, int n, long gain, float eps) {
        float inverse = inverse(squares(x, n, 0f), n, eps);
        FloatVector inverses = broadcast(F, inverse);
        long o = 0;
        for (; o + STEP <= 4L * n; o += STEP) {
            FloatVector scale = fromMemorySegment(F, ALL, (gain + o) & MASK, ORDER).mul(inverses);
            fromMemorySegment(F, ALL, (x + o) & MASK, ORDER).mul(scale).intoMemorySegment(ALL, (y + o) & MASK, ORDER);
        }
        for (; o < 4L * n; o += 4) {
            setFloat(y + o, getFloat(x + o) * (getFloat(gain + o) * inverse));
        }
    }

    static void layerNormBackward(long x, long dy, long dx, int n, long gain, float eps, long dGain, long dShift) {
        float mean = sum(x, n) / n;
        float inverse = inverse(squares(x, n, mean), n, eps);
        addTo(dShift, dy, n);
        backward(x, dy, dx, n, gain, mean, inverse, dot(gain, dy, n) / n, dGain);
    }

    static void rmsNormBackward(long x, long dy, long dx, int n, long gain, float eps, long dGain) {
        backward(x, dy, dx, n, gain, 0f, inverse(squares(x, n, 0f), n, eps), 0f, dGain);
    }

    /** {@code dx = inverse (gain dy - along - normal mean(gain dy normal))} with {@code normal = inverse (x - mean)}; adds to dGain. */
    private static void backward(long x, long dy, long dx, int n, long gain, float mean, float inverse, float along, long dGain) {
        float turn = inverse * slopes(x, dy, n, gain, mean) / n;
        FloatVector means = broadcast(F, mean);
        long o = 0;
        for (; o + STEP <= 4L * n; o += STEP) {
            FloatVector normal = fromMemorySegment(F, ALL, (x + o) & MASK, ORDER).sub(means).mul(inverse);
            FloatVector d = fromMemorySegment(F, ALL, (dy + o) & MASK, ORDER);
            long a = (dGain + o) & MASK;
            d.fma(normal, fromMemorySegment(F, ALL, a, ORDER)).intoMemorySegment(ALL, a, ORDER);
            FloatVector g = d.mul(fromMemorySegment(F, ALL, (gain + o) & MASK, ORDER));
            g.sub(along).sub(normal.mul(turn)).mul(inverse).intoMemorySegment(ALL, (dx + o) & MASK, ORDER);
        }
        for (; o < 4L * n; o += 4) {
            float normal = (getFloat(x + o) - mean) * inverse;
            float d = getFloat(dy + o);
            setFloat(dGain + o, getFloat(dGain + o) + d * normal);
            setFloat(dx + o, (d * getFloat(gain + o) - along - normal * turn) * inverse);
        }
    }

    static void softmax(long x, long y, int n) {
        float max = max(x, n);
        float sum = exponentials(x, y, n, max);
        FloatVector inverse = broadcast(F, 1 / sum);
        long o = 0;
        for (; o + STEP <= 4L * n; o += STEP) {
            fromMemorySegment(F, ALL, (y + o) & MASK, ORDER).mul(inverse).intoMemorySegment(ALL, (y + o) & MASK, ORDER);
        }
        for (; o < 4L * n; o += 4) {
            setFloat(y + o, getFloat(y + o) * (1 / sum));
        }
    }

    static void softmaxBackward(long y, long dy, long dx, int n) {
        float mean = dot(y, dy, n);
        FloatVector means = broadcast(F, mean);
        long o = 0;
        for (; o + STEP <= 4L * n; o += STEP) {
            FloatVector d = fromMemorySegment(F, ALL, (dy + o) & MASK, ORDER).sub(means);
            d.mul(fromMemorySegment(F, ALL, (y + o) & MASK, ORDER)).intoMemorySegment(ALL, (dx + o) & MASK, ORDER);
        }
        for (; o < 4L * n; o += 4) {
            setFloat(dx + o, getFloat(y + o) * (getFloat(dy + o) - mean));
        }
    }

    private static float inverse(float squares, int n, float eps) {
        return (float) (1 / Math.sqrt(squares / n + eps));
    }

    private static float sum(long p, int n) {
        FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
        int left = n;
        for (; left >= 4 * N; left -= 4 * N) {
            a = a.add(fromMemorySegment(F, ALL, p & MASK, ORDER));
            b = b.add(fromMemorySegment(F, ALL, (p + STEP) & MASK, ORDER));
            c = c.add(fromMemorySegment(F, ALL, (p + 2 * STEP) & MASK, ORDER));
            d = d.add(fromMemorySegment(F, ALL, (p + 3 * STEP) & MASK, ORDER));
            p += 4 * STEP;
        }
        for (; left >= N; left -= N) {
            a = a.add(fromMemorySegment(F, ALL, p & MASK, ORDER));
            p += STEP;
        }
        float sum = Functions.sum(a.add(b).add(c.add(d)));
        for (; left > 0; left--) {
            sum += getFloat(p);
            p += 4;
        }
        return sum;
    }

    /** {@code sum (x - from)^2}. */
    private static float squares(long p, int n, float from) {
        FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
        FloatVector mean = broadcast(F, from);
        int left = n;
        for (; left >= 4 * N; left -= 4 * N) {
            FloatVector x0 = fromMemorySegment(F, ALL, p & MASK, ORDER).sub(mean);
            FloatVector x1 = fromMemorySegment(F, ALL, (p + STEP) & MASK, ORDER).sub(mean);
            FloatVector x2 = fromMemorySegment(F, ALL, (p + 2 * STEP) & MASK, ORDER).sub(mean);
            FloatVector x3 = fromMemorySegment(F, ALL, (p + 3 * STEP) & MASK, ORDER).sub(mean);
            a = x0.fma(x0, a);
            b = x1.fma(x1, b);
            c = x2.fma(x2, c);
            d = x3.fma(x3, d);
            p += 4 * STEP;
        }
        for (; left >= N; left -= N) {
            FloatVector x0 = fromMemorySegment(F, ALL, p & MASK, ORDER).sub(mean);
            a = x0.fma(x0, a);
            p += STEP;
        }
        float sum = Functions.sum(a.add(b).add(c.add(d)));
        for (; left > 0; left--) {
            float x = getFloat(p) - from;
            sum += x * x;
            p += 4;
        }
        return sum;
    }

    /** {@code sum x y}. */
    private static float dot(long x, long y, int n) {
        FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F);
        int left = n;
        for (; left >= 2 * N; left -= 2 * N) {
            a = fromMemorySegment(F, ALL, x & MASK, ORDER).fma(fromMemorySegment(F, ALL, y & MASK, ORDER), a);
            b = fromMemorySegment(F, ALL, (x + STEP) & MASK, ORDER).fma(fromMemorySegment(F, ALL, (y + STEP) & MASK, ORDER), b);
            x += 2 * STEP;
            y += 2 * STEP;
        }
        float sum = Functions.sum(a.add(b));
        for (; left > 0; left--) {
            sum += getFloat(x) * getFloat(y);
            x += 4;
            y += 4;
        }
        return sum;
    }

    /** {@code sum gain dy (x - mean)}. */
    private static float slopes(long x, long dy, int n, long gain, float mean) {
        FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F);
        FloatVector means = broadcast(F, mean);
        long o = 0;
        for (; o + 2 * STEP <= 4L * n; o += 2 * STEP) {
            FloatVector g = fromMemorySegment(F, ALL, (gain + o) & MASK, ORDER).mul(fromMemorySegment(F, ALL, (dy + o) & MASK, ORDER));
            FloatVector h = fromMemorySegment(F, ALL, (gain + o + STEP) & MASK, ORDER).mul(fromMemorySegment(F, ALL, (dy + o + STEP) & MASK, ORDER));
            a = g.fma(fromMemorySegment(F, ALL, (x + o) & MASK, ORDER).sub(means), a);
            b = h.fma(fromMemorySegment(F, ALL, (x + o + STEP) & MASK, ORDER).sub(means), b);
        }
        float sum = Functions.sum(a.add(b));
        for (; o < 4L * n; o += 4) {
            sum += getFloat(gain + o) * getFloat(dy + o) * (getFloat(x + o) - mean);
        }
        return sum;
    }

    private static void addTo(long y, long x, int n) {
        long o = 0;
        for (; o + STEP <= 4L * n; o += STEP) {
            long a = (y + o) & MASK;
            fromMemorySegment(F, ALL, a, ORDER).add(fromMemorySegment(F, ALL, (x + o) & MASK, ORDER)).intoMemorySegment(ALL, a, ORDER);
        }
        for (; o < 4L * n; o += 4) {
            setFloat(y + o, getFloat(y + o) + getFloat(x + o));
        }
    }

    /** The largest; when a float is no number, any, for the exponentials are none either. */
    private static float max(long p, int n) {
        FloatVector a = broadcast(F, Float.NEGATIVE_INFINITY), b = a, c = a, d = a;
        int left = n;
        for (; left >= 4 * N; left -= 4 * N) {
            FloatVector x0 = fromMemorySegment(F, ALL, p & MASK, ORDER);
            FloatVector x1 = fromMemorySegment(F, ALL, (p + STEP) & MASK, ORDER);
            FloatVector x2 = fromMemorySegment(F, ALL, (p + 2 * STEP) & MASK, ORDER);
            FloatVector x3 = fromMemorySegment(F, ALL, (p + 3 * STEP) & MASK, ORDER);
            a = a.blend(x0, x0.compare(VectorOperators.GT, a));
            b = b.blend(x1, x1.compare(VectorOperators.GT, b));
            c = c.blend(x2, x2.compare(VectorOperators.GT, c));
            d = d.blend(x3, x3.compare(VectorOperators.GT, d));
            p += 4 * STEP;
        }
        for (; left >= N; left -= N) {
            FloatVector x0 = fromMemorySegment(F, ALL, p & MASK, ORDER);
            a = a.blend(x0, x0.compare(VectorOperators.GT, a));
            p += STEP;
        }
        float max = Functions.max(a.max(b).max(c.max(d)));
        for (; left > 0; left--) {
            max = Math.max(max, getFloat(p));
            p += 4;
        }
        return max;
    }

    /** Writes {@code e^(x - max)} and returns the sum. */
    private static float exponentials(long x, long y, int n, float max) {
        FloatVector maxima = broadcast(F, max);
        FloatVector sum = FloatVector.zero(F);
        int left = n;
        for (; left >= N; left -= N) {
            FloatVector e = Functions.exp2(fromMemorySegment(F, ALL, x & MASK, ORDER).sub(maxima).mul(Softmax.LOG2_E));
            sum = sum.add(e);
            e.intoMemorySegment(ALL, y & MASK, ORDER);
            x += STEP;
            y += STEP;
        }
        return Functions.sum(sum) + (left > 0 ? restExponentials(x, y, left, max) : 0f);
    }

    private static float restExponentials(long x, long y, int left, float max) {
        VectorMask<Float> live = F.indexInRange(0, left);
        FloatVector e = Functions.exp2(fromMemorySegment(F, ALL, x, ORDER, live).sub(max).mul(Softmax.LOG2_E));
        e.intoMemorySegment(ALL, y, ORDER, live);
        return Functions.sum(FloatVector.zero(F).blend(e, live));
    }
}
