package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Updates;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Optimizer steps a vector at a time, the rest of a range under a mask. */
final class VectorUpdates implements Updates {

    @Override
    public void adam(Floats w, Floats gradient, Floats m, Floats v, int from, int to, float scale, float rate, float b1, float b2, float c1, float c2,
            float eps, float decay) {
        long pw = address(w) + 4L * from;
        long pg = address(gradient) + 4L * from;
        long pm = address(m) + 4L * from;
        long pv = address(v) + 4L * from;
        int left = to - from;
        for (; left >= N; left -= N) {
            FloatVector g = fromMemorySegment(F, ALL, pg & MASK, ORDER).mul(scale);
            FloatVector mi = fromMemorySegment(F, ALL, pm & MASK, ORDER).mul(b1).add(g.mul(1 - b1));
            FloatVector vi = fromMemorySegment(F, ALL, pv & MASK, ORDER).mul(b2).add(g.mul(1 - b2).mul(g));
            mi.intoMemorySegment(ALL, pm & MASK, ORDER);
            vi.intoMemorySegment(ALL, pv & MASK, ORDER);
            FloatVector wi = fromMemorySegment(F, ALL, pw & MASK, ORDER);
            FloatVector step = mi.div(c1).div(vi.div(c2).sqrt().add(eps)).add(wi.mul(decay));
            wi.sub(step.mul(rate)).intoMemorySegment(ALL, pw & MASK, ORDER);
            pw += STEP;
            pg += STEP;
            pm += STEP;
            pv += STEP;
        }
        if (left > 0) {
            adamRest(pw, pg, pm, pv, left, scale, rate, b1, b2, c1, c2, eps, decay);
        }
        reachabilityFence(w);
        reachabilityFence(gradient);
        reachabilityFence(m);
        reachabilityFence(v);
    }

    /** Fewer entries than lanes. Apart, because masked access is long code and would crowd the loop. */
    private static void adamRest(long pw, long pg, long pm, long pv, int left, float scale, float rate, float b1, float b2, float c1, float c2, float eps,
            float decay) {
        VectorMask<Float> live = F.indexInRange(0, left);
        FloatVector g = fromMemorySegment(F, ALL, pg, ORDER, live).mul(scale);
        FloatVector m = fromMemorySegment(F, ALL, pm, ORDER, live).mul(b1).add(g.mul(1 - b1));
        FloatVector v = fromMemorySegment(F, ALL, pv, ORDER, live).mul(b2).add(g.mul(1 - b2).mul(g));
        m.intoMemorySegment(ALL, pm, ORDER, live);
        v.intoMemorySegment(ALL, pv, ORDER, live);
        FloatVector w = fromMemorySegment(F, ALL, pw, ORDER, live);
        FloatVector step = m.div(c1).div(v.div(c2).sqrt().add(eps)).add(w.mul(decay));
        w.sub(step.mul(rate)).intoMemorySegment(ALL, pw, ORDER, live);
    }

    @Override
    public void momentum(Floats w, Floats gradient, Floats m, int from, int to, float scale, float rate, float momentum, float decay) {
        long pw = address(w) + 4L * from;
        long pg = address(gradient) + 4L * from;
        long pm = address(m) + 4L * from;
        FloatVector keep = broadcast(F, momentum);
        int left = to - from;
        for (; left >= N; left -= N) {
            FloatVector mi = fromMemorySegment(F, ALL, pm & MASK, ORDER).mul(keep).add(fromMemorySegment(F, ALL, pg & MASK, ORDER).mul(scale));
            FloatVector wi = fromMemorySegment(F, ALL, pw & MASK, ORDER);
            mi.intoMemorySegment(ALL, pm & MASK, ORDER);
            wi.sub(mi.add(wi.mul(decay)).mul(rate)).intoMemorySegment(ALL, pw & MASK, ORDER);
            pw += STEP;
            pg += STEP;
            pm += STEP;
        }
        if (left > 0) {
            VectorMask<Float> live = F.indexInRange(0, left);
            FloatVector mi = fromMemorySegment(F, ALL, pm, ORDER, live).mul(keep).add(fromMemorySegment(F, ALL, pg, ORDER, live).mul(scale));
            FloatVector wi = fromMemorySegment(F, ALL, pw, ORDER, live);
            mi.intoMemorySegment(ALL, pm, ORDER, live);
            wi.sub(mi.add(wi.mul(decay)).mul(rate)).intoMemorySegment(ALL, pw, ORDER, live);
        }
        reachabilityFence(w);
        reachabilityFence(gradient);
        reachabilityFence(m);
    }
}
