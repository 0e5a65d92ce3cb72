package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Weight;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The gradients of the parameters that are trained, each in the slot order of its weight: one number for each live
 * position and none for the others. For one thread at a time.
 */
public final class Gradients {

    private static final int RANGE = 1 << 16;

    private final Map<Param, Floats> buffers = new LinkedHashMap<>();
    private final Set<Param> stale = new HashSet<>(); // hold what is to be forgotten
    private final Set<Param> frozen = new HashSet<>(); // have a gradient that nobody follows
    private final Map<Param, Floats> beside = new HashMap<>(); // what joins a step
    private Compute clearing;

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

    /** The gradient of a trained parameter, to be added to. */
    public Floats of(Param p) {
        Floats g = buffer(p);
        if (stale.remove(p)) {
            clearing.parallel().run(Math.ceilDiv(g.length(), RANGE), i -> g.slice(i * RANGE, Math.min(RANGE, g.length() - i * RANGE)).fill(0f));
        }
        return g;
    }

    /** Whether nothing was added to the gradient of {@code p} yet: then the caller, who is told once, overwrites all of it. */
    boolean begin(Param p) {
        return stale.remove(p);
    }

    private Floats buffer(Param p) {
        Floats g = buffers.get(p);
        if (g == null) {
            throw new IllegalArgumentException(p.name() + " is not trained");
        }
        return g;
    }

    /** The trained parameters, in the order given. */
    public Set<Param> trained() {
        return buffers.keySet();
    }

    /** Those whose values follow their gradients: the trained parameters that are not frozen, in the order given. */
    public Set<Param> params() {
        if (frozen.isEmpty()) {
            return buffers.keySet();
        }
        Set<Param> moving = new LinkedHashSet<>(buffers.keySet());
        moving.removeAll(frozen);
        return moving;
    }

    /** Whether the values of a trained parameter stay as they are from now on; its gradient is computed all the same. */
    public void freeze(Param p, boolean stays) {
        buffer(p);
        if (stays) {
            frozen.add(p);
        } else {
            frozen.remove(p);
        }
    }

    /**
     * Lets a direction join the step of a parameter that is about to be made: it is scaled as the gradient is, but the optimizer's running
     * sum of gradients does not remember it, and clipping does not see it.
     *
     * @param direction in slot order, read when the step is made; forgotten after it
     */
    public void joinStep(Param p, Floats direction) {
        if (direction.length() != buffer(p).length()) {
            throw new IllegalArgumentException(p.name() + ": a direction of " + direction.length() + " for " + buffer(p).length() + " values");
        }
        beside.put(p, direction);
    }

    /** What joins the step of a parameter; null for nothing. */
    public Floats joining(Param p) {
        return beside.get(p);
    }

    /** Replaces the gradient of a parameter whose weight was replaced. */
    public void replace(Param p, Floats gradient) {
        buffer(p);
        if (gradient.length() != Slots.of(p.backward()).length()) {
            throw new IllegalArgumentException(p.name() + ": " + gradient.length() + " gradients for " + Slots.of(p.backward()).length() + " values");
        }
        buffers.put(p, gradient);
        beside.remove(p);
        stale.remove(p);
    }

    public long bytes() {
        return buffers.values().stream().mapToLong(Floats::bytes).sum();
    }

    /** Sets every gradient to zero; the zeros are written when somebody asks for them, for what is overwritten needs none. */
    public void clear(Compute compute) {
        clearing = compute;
        beside.clear();
        stale.addAll(buffers.keySet());
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
