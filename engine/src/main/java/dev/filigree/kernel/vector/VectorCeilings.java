package dev.filigree.kernel.vector;

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
        FloatVector m = Lanes.all(factor);
        FloatVector add = Lanes.all(1 - factor);
        FloatVector a = Lanes.all(0);
        FloatVector b = Lanes.all(1);
        FloatVector c = Lanes.all(2);
        FloatVector d = Lanes.all(3);
        FloatVector e = Lanes.all(4);
        FloatVector f = Lanes.all(5);
        FloatVector g = Lanes.all(6);
        FloatVector h = Lanes.all(7);
        FloatVector i = Lanes.all(8);
        FloatVector j = Lanes.all(9);
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
        FloatVector a = Lanes.all(0);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        long end = Lanes.address(x) + 4L * (from + count);
        for (long at = Lanes.address(x) + 4L * from; at < end; at += 8 * Lanes.STEP) {
            long p = at & Lanes.MASK;
            a = a.add(Lanes.load(p)).add(Lanes.load(p + 4 * Lanes.STEP));
            b = b.add(Lanes.load(p + Lanes.STEP)).add(Lanes.load(p + 5 * Lanes.STEP));
            c = c.add(Lanes.load(p + 2 * Lanes.STEP)).add(Lanes.load(p + 6 * Lanes.STEP));
            d = d.add(Lanes.load(p + 3 * Lanes.STEP)).add(Lanes.load(p + 7 * Lanes.STEP));
        }
        Reference.reachabilityFence(x);
        return a.add(b).add(c).add(d).reduceLanes(VectorOperators.ADD);
    }
}
