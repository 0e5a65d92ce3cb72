package dev.filigree.train;

import dev.filigree.ops.Batch;

/** What is learned: runs the model on the loop's tape, seeds the gradients of a loss and goes back. */
@FunctionalInterface
public interface Step {

    /** Adds to the loop's gradients, which start at zero; the update is the loop's business. */
    Loss run(Loop loop, Batch batch);
}
