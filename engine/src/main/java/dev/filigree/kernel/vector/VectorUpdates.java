package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.all;
import static dev.filigree.kernel.vector.Lanes.load;
import static dev.filigree.kernel.vector.Lanes.store;
import static java.lang.ref.Reference.reachabilityFence;

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
            FloatVector g = load(pg & MASK).mul(scale);
            FloatVector mi = load(pm & MASK).mul(b1).add(g.mul(1 - b1));
            FloatVector vi = load(pv & MASK).mul(b2).add(g.mul(1 - b2).mul(g));
            store(mi, pm & MASK);
            store(vi, pv & MASK);
            store(adamStep(load(pw & MASK), mi, vi, rate, c1, c2, eps, decay), pw & MASK);
            pw += STEP;
            pg += STEP;
            pm += STEP;
            pv += STEP;
        }
        if (left > 0) {
            VectorMask<Float> live = F.indexInRange(0, left);
            FloatVector g = load(pg, live).mul(scale);
            FloatVector mi = load(pm, live).mul(b1).add(g.mul(1 - b1));
            FloatVector vi = load(pv, live).mul(b2).add(g.mul(1 - b2).mul(g));
            store(mi, pm, live);
            store(vi, pv, live);
            store(adamStep(load(pw, live), mi, vi, rate, c1, c2, eps, decay), pw, live);
        }
        reachabilityFence(w);
        reachabilityFence(gradient);
        reachabilityFence(m);
        reachabilityFence(v);
    }

    private static FloatVector adamStep(FloatVector w, FloatVector m, FloatVector v, float rate, float c1, float c2, float eps, float decay) {
        FloatVector step = m.div(c1).div(v.div(c2).sqrt().add(eps)).add(w.mul(decay));
        return w.sub(step.mul(rate));
    }

    @Override
    public void momentum(Floats w, Floats gradient, Floats m, int from, int to, float scale, float rate, float momentum, float decay) {
        long pw = address(w) + 4L * from;
        long pg = address(gradient) + 4L * from;
        long pm = address(m) + 4L * from;
        FloatVector keep = all(momentum);
        int left = to - from;
        for (; left >= N; left -= N) {
            FloatVector mi = load(pm & MASK).mul(keep).add(load(pg & MASK).mul(scale));
            FloatVector wi = load(pw & MASK);
            store(mi, pm & MASK);
            store(wi.sub(mi.add(wi.mul(decay)).mul(rate)), pw & MASK);
            pw += STEP;
            pg += STEP;
            pm += STEP;
        }
        if (left > 0) {
            VectorMask<Float> live = F.indexInRange(0, left);
            FloatVector mi = load(pm, live).mul(keep).add(load(pg, live).mul(scale));
            FloatVector wi = load(pw, live);
            store(mi, pm, live);
            store(wi.sub(mi.add(wi.mul(decay)).mul(rate)), pw, live);
        }
        reachabilityFence(w);
        reachabilityFence(gradient);
        reachabilityFence(m);
    }
}
