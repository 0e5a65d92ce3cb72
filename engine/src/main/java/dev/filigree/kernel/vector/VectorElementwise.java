package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Elementwise;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Loops over whole vectors; the rest of a range goes through the same instructions under a mask, so its bits agree. */
final class VectorElementwise implements Elementwise {

    /** Elements that {@link #dot} sums in single precision before it continues in double. */
    private static final int DOT_BLOCK = 1024;

    @Override
    public void activate(Activation f, Floats x, Floats y, int from, int to) {
        long p = address(x) + 4L * from;
        long q = address(y) + 4L * from;
        switch (f) {
            case NONE -> {
                if (p != q) {
                    y.segment().asSlice(4L * from, 4L * (to - from)).copyFrom(x.segment().asSlice(4L * from, 4L * (to - from)));
                }
            }
            case RELU -> Activations.relu(p, q, to - from);
            case GELU -> Activations.gelu(p, q, to - from);
            case SILU -> Activations.silu(p, q, to - from);
            case GELU_TANH -> Activations.geluTanh(p, q, to - from);
            case TANH -> Activations.tanh(p, q, to - from);
            case SIGMOID -> Activations.sigmoid(p, q, to - from);
        }
        reachabilityFence(x);
        reachabilityFence(y);
    }

    @Override
    public void activateAdd(Activation f, Floats x, Floats r, Floats y, int from, int to) {
        long p = address(x) + 4L * from;
        long a = address(r) + 4L * from;
        long q = address(y) + 4L * from;
        switch (f) {
            case NONE -> add(x, r, y, from, to);
            case RELU -> Activations.reluAdd(p, a, q, to - from);
            case GELU -> Activations.geluAdd(p, a, q, to - from);
            case SILU -> Activations.siluAdd(p, a, q, to - from);
            case GELU_TANH -> Activations.geluTanhAdd(p, a, q, to - from);
            case TANH -> Activations.tanhAdd(p, a, q, to - from);
            case SIGMOID -> Activations.sigmoidAdd(p, a, q, to - from);
        }
        reachabilityFence(x);
        reachabilityFence(r);
        reachabilityFence(y);
    }

    @Override
    public void activateBackward(Activation f, Floats x, Floats dy, Floats dx, int from, int to) {
        long p = address(x) + 4L * from;
        long q = address(dy) + 4L * from;
        long o = address(dx) + 4L * from;
        switch (f) {
            case NONE -> {
                if (q != o) {
                    dx.segment().asSlice(4L * from, 4L * (to - from)).copyFrom(dy.segment().asSlice(4L * from, 4L * (to - from)));
                }
            }
            case RELU -> Activations.reluBackward(p, q, o, to - from);
            case GELU -> Activations.geluBackward(p, q, o, to - from);
            case SILU -> Activations.siluBackward(p, q, o, to - from);
            case GELU_TANH -> Activations.geluTanhBackward(p, q, o, to - from);
            case TANH -> Activations.tanhBackward(p, q, o, to - from);
            case SIGMOID -> Activations.sigmoidBackward(p, q, o, to - from);
        }
        reachabilityFence(x);
        reachabilityFence(dy);
        reachabilityFence(dx);
    }

    @Override
    public void add(Floats a, Floats b, Floats y, int from, int to) {
        long p = address(a) + 4L * from;
        long q = address(b) + 4L * from;
        long o = address(y) + 4L * from;
        int left = to - from;
        for (; left >= N; left -= N) {
            fromMemorySegment(F, ALL, p & MASK, ORDER).add(fromMemorySegment(F, ALL, q & MASK, ORDER)).intoMemorySegment(ALL, o & MASK, ORDER);
            p += STEP;
            q += STEP;
            o += STEP;
        }
        if (left > 0) {
            VectorMask<Float> m = F.indexInRange(0, left);
            fromMemorySegment(F, ALL, p, ORDER, m).add(fromMemorySegment(F, ALL, q, ORDER, m)).intoMemorySegment(ALL, o, ORDER, m);
        }
        reachabilityFence(a);
        reachabilityFence(b);
        reachabilityFence(y);
    }

    @Override
    public void multiply(Floats a, Floats b, Floats y, int from, int to) {
        long p = address(a) + 4L * from;
        long q = address(b) + 4L * from;
        long o = address(y) + 4L * from;
        int left = to - from;
        for (; left >= N; left -= N) {
            fromMemorySegment(F, ALL, p & MASK, ORDER).mul(fromMemorySegment(F, ALL, q & MASK, ORDER)).intoMemorySegment(ALL, o & MASK, ORDER);
            p += STEP;
            q += STEP;
            o += STEP;
        }
        if (left > 0) {
            VectorMask<Float> m = F.indexInRange(0, left);
            fromMemorySegment(F, ALL, p, ORDER, m).mul(fromMemorySegment(F, ALL, q, ORDER, m)).intoMemorySegment(ALL, o, ORDER, m);
        }
        reachabilityFence(a);
        reachabilityFence(b);
        reachabilityFence(y);
    }

    /** Number by number at addresses that need no checks: there is no vector that gathers from native memory. */
    @Override
    public void gather(Floats x, Ints from, int unit, Floats y, int begin, int end) {
        long source = address(x) & MASK;
        long places = address(from) & MASK;
        long target = address(y) & MASK;
        if (unit == 1) {
            for (int j = begin; j < end; j++) {
                long i = j & INDEX;
                Lanes.setInt(target + 4 * i, Lanes.getInt(source + 4 * (Lanes.getInt(places + 4 * i) & INDEX)));
            }
        } else {
            for (int j = begin; j < end; j++) {
                long of = source + 4L * unit * (Lanes.getInt(places + 4L * j) & INDEX);
                long to = target + 4L * unit * j;
                for (int i = 0; i < unit; i++) {
                    Lanes.setInt((to + 4L * i) & MASK, Lanes.getInt((of + 4L * i) & MASK));
                }
            }
        }
        reachabilityFence(x);
        reachabilityFence(from);
        reachabilityFence(y);
    }

    @Override
    public void axpy(float scale, Floats x, Floats y, int from, int to) {
        FloatVector s = broadcast(F, scale);
        long p = address(x) + 4L * from;
        long o = address(y) + 4L * from;
        int left = to - from;
        for (; left >= N; left -= N) {
            s.fma(fromMemorySegment(F, ALL, p & MASK, ORDER), fromMemorySegment(F, ALL, o & MASK, ORDER)).intoMemorySegment(ALL, o & MASK, ORDER);
            p += STEP;
            o += STEP;
        }
        if (left > 0) {
            VectorMask<Float> m = F.indexInRange(0, left);
            s.fma(fromMemorySegment(F, ALL, p, ORDER, m), fromMemorySegment(F, ALL, o, ORDER, m)).intoMemorySegment(ALL, o, ORDER, m);
        }
        reachabilityFence(x);
        reachabilityFence(y);
    }

    @Override
    public double dot(Floats x, Floats y, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i += DOT_BLOCK) {
            sum += dotBlock(address(x) + 4L * i, address(y) + 4L * i, Math.min(DOT_BLOCK, to - i));
        }
        reachabilityFence(x);
        reachabilityFence(y);
        return sum;
    }

    private static float dotBlock(long p, long q, int count) {
        FloatVector a = FloatVector.zero(F);
        FloatVector b = FloatVector.zero(F);
        int left = count;
        for (; left >= 2 * N; left -= 2 * N) {
            a = fromMemorySegment(F, ALL, p & MASK, ORDER).fma(fromMemorySegment(F, ALL, q & MASK, ORDER), a);
            b = fromMemorySegment(F, ALL, (p + STEP) & MASK, ORDER).fma(fromMemorySegment(F, ALL, (q + STEP) & MASK, ORDER), b);
            p += 2 * STEP;
            q += 2 * STEP;
        }
        float sum = Functions.sum(a.add(b));
        for (; left > 0; left--) {
            sum += Lanes.getFloat(p) * Lanes.getFloat(q);
            p += 4;
            q += 4;
        }
        return sum;
    }
}
