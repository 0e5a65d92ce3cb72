package dev.filigree.prune.edges;

import dev.filigree.base.Floats;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;

/**
 * Shows products {@code A * m} while {@link LearnedEdges} learns m: the gradient at {@code m_ij} is {@code a_ij (g_ij + g_ji) +
 * l1 sign(m_ij)}, with g the gradient at what products see. Everything it keeps follows from m.
 */
public final class MaskEdges implements Hook {

    private final LearnedEdges model;
    private final float l1;
    private Csr seen; // made anew whenever the mask is not shown: before the first step, and after a state was loaded
    private float[] adjacency; // in the slots of m
    private Mirror mirror;

    MaskEdges(LearnedEdges model, float l1) {
        this.model = model;
        this.l1 = l1;
    }

    @Override
    public void prepare(Loop loop) {
        Held mask = loop.model().param(model.site());
        if (!mask.projected()) {
            Csr m = (Csr) mask.backward();
            mirror = Mirror.of(m);
            int[] degree = new int[m.rows()]; // each node counts itself
            m.forEach((r, c, slot, v) -> degree[r]++);
            adjacency = new float[m.values().length()];
            m.forEach((r, c, slot, v) -> adjacency[slot] = (float) (1 / Math.sqrt((double) degree[r] * degree[c])));
            seen = new Csr(m.rows(), m.cols(), m.chunk(), m.start(), m.column(), Floats.allocate(m.values().length()));
            show(m);
            mask.project(seen, null);
        }
    }

    private void show(Csr m) {
        for (int i = 0; i < adjacency.length; i++) {
            seen.values().set(i, adjacency[i] * m.values().get(i));
        }
    }

    @Override
    public void afterBackward(Loop loop, long step) {
        Floats g = loop.gradients().of(loop.model().param(model.site()));
        Floats m = Slots.of(loop.model().param(model.site()).backward());
        for (int i = 0; i < adjacency.length; i++) {
            int j = mirror.across()[i];
            if (i < j) {
                float both = adjacency[i] * (g.get(i) + g.get(j)) + l1 * Math.signum(m.get(i));
                g.set(i, both);
                g.set(j, both);
            }
        }
    }

    /** A node's link to itself is not learned, whatever the optimizer made of it. */
    @Override
    public void updated(Loop loop, long step) {
        Csr m = (Csr) loop.model().param(model.site()).backward();
        for (int i = 0; i < adjacency.length; i++) {
            if (mirror.across()[i] == i) {
                m.values().set(i, 1f);
            }
        }
        show(m);
    }
}
