package dev.filigree.grad;

import dev.filigree.ops.Value;
import dev.filigree.tensor.Weight;

/** Back through {@code y = A x} with a symmetric A: {@code dx = A dy}. */
record AggregateBack(Weight adjacency, Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(x, dx -> round.forward().aggregate(adjacency, dy, dx));
        round.free(dy);
    }
}
