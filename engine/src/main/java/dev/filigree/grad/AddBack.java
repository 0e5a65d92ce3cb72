package dev.filigree.grad;

import dev.filigree.ops.Value;

/** Back through {@code y = a + b}: both get dy. */
record AddBack(Value a, Value b, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(b, g -> g.data().copyFrom(dy.data()));
        round.hand(a, dy);
    }
}
