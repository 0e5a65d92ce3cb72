package dev.filigree.grad;

import dev.filigree.ops.Value;

/** One recorded operation: passes the gradient at its output on to its inputs and its parameters. */
interface Operation {

    Value output();

    /**
     * Called once, after everything that read the output has passed its share.
     *
     * @param dy gradient at the output, zero in lanes past the last token; owned by this operation from now on, which
     *           hands it on or frees it
     */
    void backward(Round round, Value dy);
}
