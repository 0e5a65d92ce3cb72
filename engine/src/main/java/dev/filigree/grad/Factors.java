package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;

/**
 * What the gradient of one use of a weight is made of, kept so that the gradient at dead positions can be had strip by
 * strip. Valid until the tape is reset.
 */
public interface Factors {

    /** Adds the gradient of rows {@code from .. from + count} to {@code out [count x cols]}, row by row. */
    void addStrip(Compute compute, int from, int count, Floats out);
}
