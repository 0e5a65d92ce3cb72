package dev.filigree.grad;

import dev.filigree.ops.Value;

/** Back through repeated features: the sum over their copies. */
record RepeatBack(int size, int times, Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(x, g -> round.forward().sumRepeated(size, times, dy, g));
        round.free(dy);
    }
}
