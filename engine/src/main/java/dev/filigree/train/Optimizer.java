package dev.filigree.train;

import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Remap;

/** Turns gradients into changes of the trained values. Knows arrays of values, never their positions. */
public interface Optimizer extends Stateful {

    /**
     * Changes the values of every parameter in {@code gradients} in place. What joins its step ({@link Gradients#joining}) is added to what is
     * remembered of the gradients, after bias correction and before anything divides it, and is itself not remembered.
     *
     * @param scale what gradients are multiplied with first (clipping)
     * @param rate  learning rate of this step
     */
    void update(Compute compute, Gradients gradients, float scale, float rate);

    /** Forgets everything that it keeps, as before the first update. */
    void reset();

    /** Bytes kept beside the values. */
    long bytes();

    /** The live positions of {@code p} changed. */
    void remap(Param p, Remap remap);
}
