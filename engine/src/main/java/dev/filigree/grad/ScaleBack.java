package dev.filigree.grad;

import dev.filigree.ops.Value;

/** Back through {@code y = c x}: {@code dx = c dy}. */
record ScaleBack(float factor, Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(x, g -> round.forward().scale(factor, dy, g));
        round.free(dy);
    }
}
