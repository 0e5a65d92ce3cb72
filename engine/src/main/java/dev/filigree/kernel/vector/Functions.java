package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.F;
import static jdk.incubator.vector.FloatVector.broadcast;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Transcendental functions of whole vectors, and the sum over lanes. The polynomials are minimax fits made for this
 * file; most need no division, which costs as much as ten multiply-adds. Bounds are a comparison and a blend: max and min
 * as Java defines them are six instructions on x86, one behind the other.
 */
final class Functions {

    /** Beyond this the Gaussian's tail is below 1e-7: gelu is 0 or x, its slope 0 or 1. */
    private static final float EDGE = 5.25f;

    /** Beyond this silu is 0 or x, and e^-x would leave the normal floats. */
    private static final float FAR = 87f;

    /** {@code 2 sqrt(2/pi)}, and that times 0.044715. */
    private static final float TWICE = 1.5957691216f;
    private static final float TWICE_CUBE = 0.0713548162726f;

    /** Beyond this GELU by tanh is 0 or x, its slope 0 or 1. */
    private static final float STEEP = 9.5f;

    /** Beyond this tanh is 1 or -1 to the last bit, and its slope below 1e-16. */
    private static final float FLAT = 20f;

    /** Adding it to a float of moderate size rounds to an integer, which then stands in the low bits. */
    private static final float ROUND = 0x1.8p23f;

    private static final VectorShuffle<Float> SWAP8 = swap(8);
    private static final VectorShuffle<Float> SWAP4 = swap(4);
    private static final VectorShuffle<Float> SWAP2 = swap(2);
    private static final VectorShuffle<Float> SWAP1 = swap(1);

    private Functions() {
    }

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(F, i -> (i ^ distance) % Lanes.N);
    }

    /**
     * Sum over the lanes, always added in the same tree; the built-in reduction leaves the order open, so that its last
     * bit may change when a loop gets compiled.
     */
    static float sum(FloatVector v) {
        FloatVector s = v;
        if (Lanes.N >= 16) {
            s = s.add(s.rearrange(SWAP8));
        }
        if (Lanes.N >= 8) {
            s = s.add(s.rearrange(SWAP4));
        }
        s = s.add(s.rearrange(SWAP2));
        return s.add(s.rearrange(SWAP1)).lane(0);
    }

    /** Largest lane; no number when a lane is none. */
    static float max(FloatVector v) {
        FloatVector s = v;
        if (Lanes.N >= 16) {
            s = s.max(s.rearrange(SWAP8));
        }
        if (Lanes.N >= 8) {
            s = s.max(s.rearrange(SWAP4));
        }
        s = s.max(s.rearrange(SWAP2));
        return s.max(s.rearrange(SWAP1)).lane(0);
    }

    /** {@code 2^x} to 2e-7 of itself; below -126 the smallest normal float. */
    static FloatVector exp2(FloatVector x) {
        FloatVector v = x.blend(broadcast(F, -126f), x.compare(VectorOperators.LT, -126f));
        FloatVector rounded = v.add(broadcast(F, ROUND));
        FloatVector f = v.sub(rounded.sub(broadcast(F, ROUND)));
        FloatVector p = broadcast(F, 0.00015345811f).fma(f, broadcast(F, 0.00133999321f));
        p = p.fma(f, broadcast(F, 0.00961848907f));
        p = p.fma(f, broadcast(F, 0.0555032864f));
        p = p.fma(f, broadcast(F, 0.240226462f));
        p = p.fma(f, broadcast(F, 0.693147182f));
        p = p.fma(f, broadcast(F, 1f));
        return p.reinterpretAsInts().add(rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
    }

    /** {@code x Phi(x)}, absolute error below 2e-6: {@code Phi = 1/2 + x h(x^2)} with a polynomial for h. */
    static FloatVector gelu(FloatVector x) {
        FloatVector u = x.mul(x);
        VectorMask<Float> beyond = u.compare(VectorOperators.GT, EDGE * EDGE);
        FloatVector t = u.blend(broadcast(F, EDGE * EDGE), beyond).fma(broadcast(F, 2 / (EDGE * EDGE)), broadcast(F, -1f));
        FloatVector h = broadcast(F, -0.000450648164f).fma(t, broadcast(F, 0.00136216264f));
        h = h.fma(t, broadcast(F, -0.0016196901f));
        h = h.fma(t, broadcast(F, 0.00211211597f));
        h = h.fma(t, broadcast(F, -0.0048270626f));
        h = h.fma(t, broadcast(F, 0.00883970782f));
        h = h.fma(t, broadcast(F, -0.0130905174f));
        h = h.fma(t, broadcast(F, 0.0184254367f));
        h = h.fma(t, broadcast(F, -0.0249654222f));
        h = h.fma(t, broadcast(F, 0.0320452601f));
        h = h.fma(t, broadcast(F, -0.0397712179f));
        h = h.fma(t, broadcast(F, 0.0496451929f));
        h = h.fma(t, broadcast(F, -0.0671265945f));
        h = h.fma(t, broadcast(F, 0.13465935f));
        FloatVector y = h.fma(x, broadcast(F, 0.5f)).mul(x);
        return y.blend(x.blend(broadcast(F, 0f), x.compare(VectorOperators.LT, 0f)), beyond);
    }

    /** The derivative of {@link #gelu}, absolute error below 3e-6: {@code 1/2 + x q(x^2)}. */
    static FloatVector geluSlope(FloatVector x) {
        FloatVector u = x.mul(x);
        FloatVector t = u.blend(broadcast(F, EDGE * EDGE), u.compare(VectorOperators.GT, EDGE * EDGE)).fma(broadcast(F, 2 / (EDGE * EDGE)), broadcast(F, -1f));
        FloatVector q = broadcast(F, 0.00476877065f).fma(t, broadcast(F, -0.0119383615f));
        q = q.fma(t, broadcast(F, 0.00812151842f));
        q = q.fma(t, broadcast(F, -0.00818414334f));
        q = q.fma(t, broadcast(F, 0.0307069402f));
        q = q.fma(t, broadcast(F, -0.0520449542f));
        q = q.fma(t, broadcast(F, 0.0597425513f));
        q = q.fma(t, broadcast(F, -0.0692193732f));
        q = q.fma(t, broadcast(F, 0.0786818936f));
        q = q.fma(t, broadcast(F, -0.0781692713f));
        q = q.fma(t, broadcast(F, 0.0701963454f));
        q = q.fma(t, broadcast(F, -0.0618414804f));
        q = q.fma(t, broadcast(F, 0.0592774674f));
        q = q.fma(t, broadcast(F, -0.0699245632f));
        q = q.fma(t, broadcast(F, 0.135065213f));
        FloatVector s = q.fma(x, broadcast(F, 0.5f));
        VectorMask<Float> below = x.compare(VectorOperators.LT, -EDGE);
        VectorMask<Float> above = x.compare(VectorOperators.GT, EDGE);
        return s.blend(broadcast(F, 0f), below).blend(broadcast(F, 1f), above);
    }

    /** {@code x / (1 + e^-x)} to 4e-7, or to that share of itself where it is above one. */
    static FloatVector silu(FloatVector x) {
        FloatVector v = x.blend(broadcast(F, -FAR), x.compare(VectorOperators.LT, -FAR));
        return v.div(exp2(v.mul(broadcast(F, -Softmax.LOG2_E))).add(broadcast(F, 1f)));
    }

    /** The derivative of {@link #silu}, {@code s (1 + x e^-x s)} with {@code s = 1 / (1 + e^-x)}, absolute error below 1e-6. */
    static FloatVector siluSlope(FloatVector x) {
        FloatVector v = x.blend(broadcast(F, -FAR), x.compare(VectorOperators.LT, -FAR));
        v = v.blend(broadcast(F, FAR), v.compare(VectorOperators.GT, FAR));
        FloatVector e = exp2(v.mul(broadcast(F, -Softmax.LOG2_E)));
        FloatVector s = broadcast(F, 1f).div(e.add(broadcast(F, 1f)));
        return v.mul(e.mul(s)).fma(s, s);
    }

    /** {@code x/2 (1 + tanh u) = x / (1 + e^-2u)} with {@code u = sqrt(2/pi) (x + 0.044715 x^3)}, to 4e-7, or to that share of itself where it is above one. */
    static FloatVector geluTanh(FloatVector x) {
        FloatVector v = x.blend(broadcast(F, -STEEP), x.compare(VectorOperators.LT, -STEEP));
        FloatVector w = v.mul(v).fma(broadcast(F, TWICE_CUBE), broadcast(F, TWICE)).mul(v);
        return v.div(exp2(w.mul(broadcast(F, -Softmax.LOG2_E))).add(broadcast(F, 1f)));
    }

    /** The derivative of {@link #geluTanh}, {@code s (1 + x w' e^-w s)} with {@code w = 2u} and {@code s = 1 / (1 + e^-w)}, absolute error below 2e-6. */
    static FloatVector geluTanhSlope(FloatVector x) {
        FloatVector v = x.blend(broadcast(F, -STEEP), x.compare(VectorOperators.LT, -STEEP));
        v = v.blend(broadcast(F, STEEP), v.compare(VectorOperators.GT, STEEP));
        FloatVector u = v.mul(v);
        FloatVector w = u.fma(broadcast(F, TWICE_CUBE), broadcast(F, TWICE)).mul(v);
        FloatVector e = exp2(w.mul(broadcast(F, -Softmax.LOG2_E)));
        FloatVector s = broadcast(F, 1f).div(e.add(broadcast(F, 1f)));
        FloatVector rise = u.fma(broadcast(F, 3 * TWICE_CUBE), broadcast(F, TWICE)).mul(v);
        return rise.mul(e.mul(s)).fma(s, s);
    }

    /** {@code tanh x = 1 - 2 / (e^2x + 1)}, absolute error below 3e-7. */
    static FloatVector tanh(FloatVector x) {
        FloatVector v = x.blend(broadcast(F, -FLAT), x.compare(VectorOperators.LT, -FLAT));
        v = v.blend(broadcast(F, FLAT), v.compare(VectorOperators.GT, FLAT));
        return broadcast(F, 1f).sub(broadcast(F, 2f).div(exp2(v.mul(broadcast(F, 2 * Softmax.LOG2_E))).add(broadcast(F, 1f))));
    }

    /** The derivative of {@link #tanh}, {@code 4 e / (e + 1)^2} with {@code e = e^2x}, absolute error below 1e-6. */
    static FloatVector tanhSlope(FloatVector x) {
        FloatVector v = x.blend(broadcast(F, -FLAT), x.compare(VectorOperators.LT, -FLAT));
        v = v.blend(broadcast(F, FLAT), v.compare(VectorOperators.GT, FLAT));
        FloatVector e = exp2(v.mul(broadcast(F, 2 * Softmax.LOG2_E)));
        FloatVector s = broadcast(F, 2f).div(e.add(broadcast(F, 1f)));
        return e.mul(s).mul(s);
    }

    /** {@code 1 / (1 + e^-x)} to 4e-7 of itself, and at least e^-87. */
    static FloatVector sigmoid(FloatVector x) {
        FloatVector v = x.blend(broadcast(F, -FAR), x.compare(VectorOperators.LT, -FAR));
        return broadcast(F, 1f).div(exp2(v.mul(broadcast(F, -Softmax.LOG2_E))).add(broadcast(F, 1f)));
    }

    /** The derivative of {@link #sigmoid}, {@code e s^2} with {@code e = e^-x}, absolute error below 1e-6. */
    static FloatVector sigmoidSlope(FloatVector x) {
        FloatVector v = x.blend(broadcast(F, -FLAT - FLAT), x.compare(VectorOperators.LT, -FLAT - FLAT));
        v = v.blend(broadcast(F, FLAT + FLAT), v.compare(VectorOperators.GT, FLAT + FLAT));
        FloatVector e = exp2(v.mul(broadcast(F, -Softmax.LOG2_E)));
        FloatVector s = broadcast(F, 1f).div(e.add(broadcast(F, 1f)));
        return e.mul(s).mul(s);
    }
}
