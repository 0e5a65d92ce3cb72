package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Norms;
import jdk.incubator.vector.FloatVector;

/** Layer normalisation of one vector of tokens at a time: each lane walks down its own features. */
final class VectorNorms implements Norms {

    @Override
    public void layerNorm(Floats x, Floats y, int at, int features, int width, Floats gain, Floats shift, float eps) {
        long rowBytes = 4L * width;
        for (int t = 0; t < width; t += N) {
            long p = address(x) + 4L * (at + t);
            long q = address(y) + 4L * (at + t);
            FloatVector mean = mean(p, features, rowBytes);
            FloatVector inverse = inverse(p, features, rowBytes, mean, eps);
            long g = address(gain);
            long s = address(shift);
            for (int f = 0; f < features; f++) {
                FloatVector scale = inverse.mul(broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, g & MASK)));
                FloatVector move = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, s & MASK));
                fromMemorySegment(F, ALL, p & MASK, ORDER).sub(mean).fma(scale, move).intoMemorySegment(ALL, q & MASK, ORDER);
                p += rowBytes;
                q += rowBytes;
                g += 4;
                s += 4;
            }
        }
        reachabilityFence(x);
        reachabilityFence(y);
        reachabilityFence(gain);
        reachabilityFence(shift);
    }

    @Override
    public void layerNormBackward(Floats x, Floats dy, Floats dx, int at, int features, int width, Floats gain, float eps, Floats dGain, Floats dShift) {
        long rowBytes = 4L * width;
        long px = address(x) + 4L * at;
        long py = address(dy) + 4L * at;
        float[] means = new float[width];
        float[] inverses = new float[width];
        float[] sums = new float[width];
        float[] dots = new float[width];
        for (int t = 0; t < width; t += N) {
            FloatVector mean = mean(px + 4L * t, features, rowBytes);
            FloatVector inverse = inverse(px + 4L * t, features, rowBytes, mean, eps);
            mean.intoArray(means, t);
            inverse.intoArray(inverses, t);
            backwardSums(px + 4L * t, py + 4L * t, features, rowBytes, address(gain), mean, inverse, sums, dots, t);
        }
        long pd = address(dx) + 4L * at;
        float share = 1f / features;
        for (int f = 0; f < features; f++) {
            FloatVector g = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, (address(gain) + 4L * f) & MASK));
            FloatVector gainSum = FloatVector.zero(F);
            FloatVector shiftSum = FloatVector.zero(F);
            for (int t = 0; t < width; t += N) {
                long o = f * rowBytes + 4L * t;
                FloatVector inverse = FloatVector.fromArray(F, inverses, t);
                FloatVector normal = fromMemorySegment(F, ALL, (px + o) & MASK, ORDER).sub(FloatVector.fromArray(F, means, t)).mul(inverse);
                FloatVector d = fromMemorySegment(F, ALL, (py + o) & MASK, ORDER);
                gainSum = d.fma(normal, gainSum);
                shiftSum = shiftSum.add(d);
                FloatVector common = FloatVector.fromArray(F, sums, t).add(normal.mul(FloatVector.fromArray(F, dots, t))).mul(share);
                d.mul(g).sub(common).mul(inverse).intoMemorySegment(ALL, (pd + o) & MASK, ORDER);
            }
            long a = address(dGain) + 4L * f;
            long b = address(dShift) + 4L * f;
            setFloat(a, getFloat(a) + Functions.sum(gainSum));
            setFloat(b, getFloat(b) + Functions.sum(shiftSum));
        }
        reachabilityFence(x);
        reachabilityFence(dy);
        reachabilityFence(dx);
        reachabilityFence(gain);
        reachabilityFence(dGain);
        reachabilityFence(dShift);
    }

    /** For each lane, the sums over features of {@code gain dy} and of {@code gain dy normal}. */
    private static void backwardSums(long px, long py, int features, long rowBytes, long gain, FloatVector mean, FloatVector inverse, float[] sums,
            float[] dots, int t) {
        FloatVector sum = FloatVector.zero(F);
        FloatVector dot = FloatVector.zero(F);
        for (int f = 0; f < features; f++) {
            FloatVector g = broadcast(F, ALL.get(JAVA_FLOAT_UNALIGNED, gain & MASK)).mul(fromMemorySegment(F, ALL, py & MASK, ORDER));
            sum = sum.add(g);
            dot = g.fma(fromMemorySegment(F, ALL, px & MASK, ORDER).sub(mean), dot);
            px += rowBytes;
            py += rowBytes;
            gain += 4;
        }
        sum.intoArray(sums, t);
        dot.mul(inverse).intoArray(dots, t);
    }

    private static FloatVector mean(long p, int features, long rowBytes) {
        FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
        int f = 0;
        for (; f + 3 < features; f += 4) {
            a = a.add(fromMemorySegment(F, ALL, p & MASK, ORDER));
            b = b.add(fromMemorySegment(F, ALL, (p + rowBytes) & MASK, ORDER));
            c = c.add(fromMemorySegment(F, ALL, (p + 2 * rowBytes) & MASK, ORDER));
            d = d.add(fromMemorySegment(F, ALL, (p + 3 * rowBytes) & MASK, ORDER));
            p += 4 * rowBytes;
        }
        for (; f < features; f++) {
            a = a.add(fromMemorySegment(F, ALL, p & MASK, ORDER));
            p += rowBytes;
        }
        return a.add(b).add(c.add(d)).div(features);
    }

    private static FloatVector inverse(long p, int features, long rowBytes, FloatVector mean, float eps) {
        FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
        int f = 0;
        for (; f + 3 < features; f += 4) {
            FloatVector x0 = fromMemorySegment(F, ALL, p & MASK, ORDER).sub(mean);
            FloatVector x1 = fromMemorySegment(F, ALL, (p + rowBytes) & MASK, ORDER).sub(mean);
            FloatVector x2 = fromMemorySegment(F, ALL, (p + 2 * rowBytes) & MASK, ORDER).sub(mean);
            FloatVector x3 = fromMemorySegment(F, ALL, (p + 3 * rowBytes) & MASK, ORDER).sub(mean);
            a = x0.fma(x0, a);
            b = x1.fma(x1, b);
            c = x2.fma(x2, c);
            d = x3.fma(x3, d);
            p += 4 * rowBytes;
        }
        for (; f < features; f++) {
            FloatVector x0 = fromMemorySegment(F, ALL, p & MASK, ORDER).sub(mean);
            a = x0.fma(x0, a);
            p += rowBytes;
        }
        return broadcast(F, 1f).div(a.add(b).add(c.add(d)).div(features).add(eps).sqrt());
    }
}
