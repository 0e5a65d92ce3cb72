package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.all;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.load;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static dev.filigree.kernel.vector.Lanes.spread;
import static dev.filigree.kernel.vector.Lanes.store;
import static java.lang.ref.Reference.reachabilityFence;

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
                FloatVector scale = inverse.mul(spread(g & MASK));
                store(load(p & MASK).sub(mean).fma(scale, spread(s & MASK)), q & MASK);
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
            FloatVector g = spread((address(gain) + 4L * f) & MASK);
            FloatVector gainSum = FloatVector.zero(F);
            FloatVector shiftSum = FloatVector.zero(F);
            for (int t = 0; t < width; t += N) {
                long o = f * rowBytes + 4L * t;
                FloatVector inverse = FloatVector.fromArray(F, inverses, t);
                FloatVector normal = load((px + o) & MASK).sub(FloatVector.fromArray(F, means, t)).mul(inverse);
                FloatVector d = load((py + o) & MASK);
                gainSum = d.fma(normal, gainSum);
                shiftSum = shiftSum.add(d);
                FloatVector common = FloatVector.fromArray(F, sums, t).add(normal.mul(FloatVector.fromArray(F, dots, t))).mul(share);
                store(d.mul(g).sub(common).mul(inverse), (pd + o) & MASK);
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
    private static void backwardSums(long px, long py, int features, long rowBytes, long gain, FloatVector mean, FloatVector inverse, float[] sums, float[] dots,
            int t) {
        FloatVector sum = FloatVector.zero(F);
        FloatVector dot = FloatVector.zero(F);
        for (int f = 0; f < features; f++) {
            FloatVector g = spread(gain & MASK).mul(load(py & MASK));
            sum = sum.add(g);
            dot = g.fma(load(px & MASK).sub(mean), dot);
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
            a = a.add(load(p & MASK));
            b = b.add(load((p + rowBytes) & MASK));
            c = c.add(load((p + 2 * rowBytes) & MASK));
            d = d.add(load((p + 3 * rowBytes) & MASK));
            p += 4 * rowBytes;
        }
        for (; f < features; f++) {
            a = a.add(load(p & MASK));
            p += rowBytes;
        }
        return a.add(b).add(c.add(d)).div(features);
    }

    private static FloatVector inverse(long p, int features, long rowBytes, FloatVector mean, float eps) {
        FloatVector a = FloatVector.zero(F), b = FloatVector.zero(F), c = FloatVector.zero(F), d = FloatVector.zero(F);
        int f = 0;
        for (; f + 3 < features; f += 4) {
            FloatVector x0 = load(p & MASK).sub(mean);
            FloatVector x1 = load((p + rowBytes) & MASK).sub(mean);
            FloatVector x2 = load((p + 2 * rowBytes) & MASK).sub(mean);
            FloatVector x3 = load((p + 3 * rowBytes) & MASK).sub(mean);
            a = x0.fma(x0, a);
            b = x1.fma(x1, b);
            c = x2.fma(x2, c);
            d = x3.fma(x3, d);
            p += 4 * rowBytes;
        }
        for (; f < features; f++) {
            FloatVector x0 = load(p & MASK).sub(mean);
            a = x0.fma(x0, a);
            p += rowBytes;
        }
        return all(1f).div(a.add(b).add(c.add(d)).div(features).add(eps).sqrt());
    }
}
