package dev.filigree.grad;

import dev.filigree.kernel.Activation;
import dev.filigree.ops.Value;

/** Back through {@code y = f(x)}: {@code dx = dy f'(x)}. */
record ActivateBack(Activation f, Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        Images.throughActivation(round, f, x, dy);
        round.hand(x, dy);
    }
}
