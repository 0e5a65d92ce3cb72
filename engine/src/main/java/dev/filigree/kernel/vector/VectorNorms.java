package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Norms;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Loops over the features of one vector of tokens at a time: each lane walks down its own features. A panel of one token
 * goes to {@link OneToken}.
 */
final class VectorNorms implements Norms {

    @Override
    public void layerNorm(Floats x, Floats y, int at, int features, int width, Floats gain, Floats shift, float eps) {
        long px = address(x) + 4L * at;
        long py = address(y) + 4L * at;
        long rowBytes = 4L * width;
        if (width == 1) {
            OneToken.layerNorm(px, py, features, address(gain), address(shift), eps);
        } else {
            for (long t = 0; t < rowBytes; t += STEP) {
                FloatVector mean = mean(px + t, features, rowBytes);
                normalise(px + t, py + t, features, rowBytes, mean, inverse(px + t, features, rowBytes, mean, eps), address(gain), address(shift));
            }
        }
        keep(x, y, gain);
        reachabilityFence(shift);
    }

    private static void normalise(long p, long q, int features, long rowBytes, FloatVector mean, FloatVector inverse, long gain, long shift) {
        for (int f = 0; f < features; f++) {
            FloatVector scale = inverse.mul(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, gain & MASK)).reinterpretAsFloats());
            FloatVector move = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, shift & MASK)).reinterpretAsFloats();
            fromMemorySegment(F, ALL, p & MASK, ORDER).sub(mean).fma(scale, move).intoMemorySegment(ALL, q & MASK, ORDER);
            p += rowBytes;
            q += rowBytes;
            gain += 4;
            shift += 4;
        }
    }

    @Override
    public void layerNormBackward(Floats x, Floats dy, Floats dx, int at, int features, int width, Floats gain, float eps, Floats dGain, Floats dShift) {
        long px = address(x) + 4L * at;
        long py = address(dy) + 4L * at;
        long pd = address(dx) + 4L * at;
        if (width == 1) {
            OneToken.layerNormBackward(px, py, pd, features, address(gain), eps, address(dGain), address(dShift));
        } else {
            backward(px, py, pd, features, width, address(gain), eps, address(dGain), address(dShift), true);
        }
        keep(x, dy, dx);
        keep(gain, dGain, dShift);
    }

    @Override
    public void rmsNorm(Floats x, Floats y, int at, int features, int width, Floats gain, float eps) {
        long px = address(x) + 4L * at;
        long py = address(y) + 4L * at;
        long rowBytes = 4L * width;
        if (width == 1) {
            OneToken.rmsNorm(px, py, features, address(gain), eps);
        } else {
            for (long t = 0; t < rowBytes; t += STEP) {
                scale(px + t, py + t, features, rowBytes, inverse(px + t, features, rowBytes, FloatVector.zero(F), eps), address(gain));
            }
        }
        keep(x, y, gain);
    }

    private static void scale(long p, long q, int features, long rowBytes, FloatVector inverse, long gain) {
        for (int f = 0; f < features; f++) {
            FloatVector scale = inverse.mul(IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, gain & MASK)).reinterpretAsFloats());
            fromMemorySegment(F, ALL, p & MASK, ORDER).mul(scale).intoMemorySegment(ALL, q & MASK, ORDER);
            p += rowBytes;
            q += rowBytes;
            gain += 4;
        }
    }

    @Override
    public void rmsNormBackward(Floats x, Floats dy, Floats dx, int at, int features, int width, Floats gain, float eps, Floats dGain) {
        long px = address(x) + 4L * at;
        long py = address(dy) + 4L * at;
        long pd = address(dx) + 4L * at;
        if (width == 1) {
            OneToken.rmsNormBackward(px, py, pd, features, address(gain), eps, address(dGain));
        } else {
            backward(px, py, pd, features, width, address(gain), eps, address(dGain), 0, false);
        }
        keep(x, dy, dx);
        keep(gain, dGain, dGain);
    }

    @Override
    public void softmax(Floats x, Floats y, int at, int features, int width) {
        long px = address(x) + 4L * at;
        long py = address(y) + 4L * at;
        if (width == 1) {
            OneToken.softmax(px, py, features);
        } else {
            for (long t = 0; t < 4L * width; t += STEP) {
                Softmax.columns(px + t, py + t, 4L * width, features, 1f, 0);
            }
        }
        keep(x, y, y);
    }

    @Override
    public void softmaxBackward(Floats y, Floats dy, Floats dx, int at, int features, int width) {
        long py = address(y) + 4L * at;
        long pd = address(dy) + 4L * at;
        long px = address(dx) + 4L * at;
        if (width == 1) {
            OneToken.softmaxBackward(py, pd, px, features);
        } else {
            Softmax.backward(py, pd, px, 4L * width, features, width, 1f);
        }
        keep(y, dy, dx);
    }

    @Override
    public void logSumExp(Floats x, int at, int features, int width, Floats out) {
        if (width == 1) {
            Kernels.scalar().norms().logSumExp(x, at, features, width, out); // one token is no work
            return;
        }
        for (int t = 0; t < width; t += N) {
            Entropy.logSumExp(address(x) + 4L * (at + t), 4L * width, features, address(out) + 4L * t, 4L * width);
        }
        keep(x, out, out);
    }

    @Override
    public void softmaxGradient(Floats x, Floats y, int at, int features, int width, Floats log, Floats scale, float uniform) {
        if (width == 1) {
            Kernels.scalar().norms().softmaxGradient(x, y, at, features, width, log, scale, uniform);
            return;
        }
        for (int t = 0; t < width; t += N) {
            Entropy.gradient(address(x) + 4L * (at + t), address(y) + 4L * (at + t), 4L * width, features, address(log) + 4L * t, address(scale) + 4L * t, uniform);
        }
        keep(x, y, log);
        reachabilityFence(scale);
    }

    /** Back through a norm; one that is not {@code centred} takes no mean off, and has no shift. */
    private static void backward(long px, long py, long pd, int features, int width, long gain, float eps, long dGain, long dShift, boolean centred) {
        long rowBytes = 4L * width;
        float[] means = new float[width];
        float[] inverses = new float[width];
        float[] sums = new float[width];
        float[] dots = new float[width];
        for (int t = 0; t < width; t += N) {
            if (centred) {
                mean(px + 4L * t, features, rowBytes).intoArray(means, t);
            }
            FloatVector mean = FloatVector.fromArray(F, means, t);
            FloatVector inverse = inverse(px + 4L * t, features, rowBytes, mean, eps);
            inverse.intoArray(inverses, t);
            backwardSums(px + 4L * t, py + 4L * t, features, rowBytes, gain, mean, inverse, sums, dots, t);
        }
        if (!centred) {
            Arrays.fill(sums, 0f);
        }
        float share = 1f / features;
        for (int f = 0; f < features; f++) {
            FloatVector g = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, (gain + 4L * f) & MASK)).reinterpretAsFloats();
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
            setFloat(dGain + 4L * f, getFloat(dGain + 4L * f) + Functions.sum(gainSum));
            if (centred) {
                setFloat(dShift + 4L * f, getFloat(dShift + 4L * f) + Functions.sum(shiftSum));
            }
        }
    }

    /** For each lane, the sums over features of {@code gain dy} and of {@code gain dy normal}. */
    private static void backwardSums(long px, long py, int features, long rowBytes, long gain, FloatVector mean, FloatVector inverse, float[] sums,
            float[] dots, int t) {
        FloatVector sum = FloatVector.zero(F);
        FloatVector dot = FloatVector.zero(F);
        for (int f = 0; f < features; f++) {
            FloatVector g = IntVector.broadcast(I, ALL.get(JAVA_INT_UNALIGNED, gain & MASK)).reinterpretAsFloats().mul(fromMemorySegment(F, ALL, py & MASK, ORDER));
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

    private static void keep(Floats a, Floats b, Floats c) {
        reachabilityFence(a);
        reachabilityFence(b);
        reachabilityFence(c);
    }
}
