package dev.filigree.grad;

import dev.filigree.ops.Rotary;
import dev.filigree.ops.Value;

/** Back through rotary positions: the gradient turns the other way. */
record RotateBack(Rotary rotary, Value x, int[] positions, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(x, g -> round.forward().rotate(rotary, dy, positions, -1, g));
        round.free(dy);
    }
}
