package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Weight;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The gradients of the parameters that are trained, each in the slot order of its weight: one number for each live
 * position and none for the others.
 */
public final class Gradients {

    private static final int RANGE = 1 << 16;

    private final Map<Param, Floats> buffers = new LinkedHashMap<>();

    /** @param trained parameters held as rows of entries, as blocks, or as vectors {@code [n x 1]} */
    public Gradients(Collection<? extends Param> trained) {
        for (Param p : trained) {
            buffers.put(p, zeros(p));
        }
    }

    /** Whether {@code p} is trained; a missing (null) parameter is not. */
    public boolean wants(Param p) {
        return p != null && buffers.containsKey(p);
    }

    /** The gradient of a trained parameter. */
    public Floats of(Param p) {
        Floats g = buffers.get(p);
        if (g == null) {
            throw new IllegalArgumentException(p.name() + " is not trained");
        }
        return g;
    }

    /** The trained parameters, in the order given. */
    public Set<Param> params() {
        return buffers.keySet();
    }

    /** Replaces the gradient of a parameter whose weight was replaced. */
    public void replace(Param p, Floats gradient) {
        of(p);
        if (gradient.length() != Slots.of(p.backward()).length()) {
            throw new IllegalArgumentException(p.name() + ": " + gradient.length() + " gradients for " + Slots.of(p.backward()).length() + " values");
        }
        buffers.put(p, gradient);
    }

    public long bytes() {
        return buffers.values().stream().mapToLong(Floats::bytes).sum();
    }

    /** Sets every gradient to zero. */
    public void clear(Compute compute) {
        for (Floats g : buffers.values()) {
            compute.parallel().run(Math.ceilDiv(g.length(), RANGE), i -> g.slice(i * RANGE, Math.min(RANGE, g.length() - i * RANGE)).fill(0f));
        }
    }

    private static Floats zeros(Param p) {
        Weight w = p.backward();
        if (!Slots.trainable(w)) {
            throw new IllegalArgumentException(p.name() + " is held as " + w.layout() + " [" + w.rows() + " x " + w.cols()
                    + "], which cannot be trained; hold it as rows of entries or as blocks");
        }
        return Floats.allocate(Slots.of(w).length());
    }
}
