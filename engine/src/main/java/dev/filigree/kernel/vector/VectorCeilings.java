package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Ceilings;
import java.lang.ref.Reference;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** What vector code can reach: ten chains hide the latency of a multiply-add on every processor that matters. */
final class VectorCeilings implements Ceilings {

    private static final int CHAINS = 10;

    @Override
    public int multiplyAddsPerRound() {
        return CHAINS * Lanes.N;
    }

    @Override
    public float multiplyAdds(int rounds, float factor) {
        FloatVector m = broadcast(F, factor);
        FloatVector add = broadcast(F, 1 - factor);
        FloatVector a = broadcast(F, 0);
        FloatVector b = broadcast(F, 1);
        FloatVector c = broadcast(F, 2);
        FloatVector d = broadcast(F, 3);
        FloatVector e = broadcast(F, 4);
        FloatVector f = broadcast(F, 5);
        FloatVector g = broadcast(F, 6);
        FloatVector h = broadcast(F, 7);
        FloatVector i = broadcast(F, 8);
        FloatVector j = broadcast(F, 9);
        for (int round = 0; round < rounds; round++) {
            a = a.fma(m, add);
            b = b.fma(m, add);
            c = c.fma(m, add);
            d = d.fma(m, add);
            e = e.fma(m, add);
            f = f.fma(m, add);
            g = g.fma(m, add);
            h = h.fma(m, add);
            i = i.fma(m, add);
            j = j.fma(m, add);
        }
        return a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).reduceLanes(VectorOperators.ADD) / Lanes.N;
    }

    @Override
    public float read(Floats x, int from, int count) {
        FloatVector a = broadcast(F, 0);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        long end = Lanes.address(x) + 4L * (from + count);
        for (long at = Lanes.address(x) + 4L * from; at < end; at += 8 * Lanes.STEP) {
            long p = at & Lanes.MASK;
            a = a.add(fromMemorySegment(F, ALL, p, ORDER)).add(fromMemorySegment(F, ALL, p + 4 * Lanes.STEP, ORDER));
            b = b.add(fromMemorySegment(F, ALL, p + Lanes.STEP, ORDER)).add(fromMemorySegment(F, ALL, p + 5 * Lanes.STEP, ORDER));
            c = c.add(fromMemorySegment(F, ALL, p + 2 * Lanes.STEP, ORDER)).add(fromMemorySegment(F, ALL, p + 6 * Lanes.STEP, ORDER));
            d = d.add(fromMemorySegment(F, ALL, p + 3 * Lanes.STEP, ORDER)).add(fromMemorySegment(F, ALL, p + 7 * Lanes.STEP, ORDER));
        }
        Reference.reachabilityFence(x);
        return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }
}
