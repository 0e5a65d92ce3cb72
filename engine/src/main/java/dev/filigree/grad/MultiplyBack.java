package dev.filigree.grad;

import dev.filigree.ops.Value;

/** Back through {@code y = a b}: {@code da = dy b}, {@code db = dy a}. */
record MultiplyBack(Value a, Value b, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(a, g -> round.forward().multiply(dy, b, g));
        round.pass(b, g -> round.forward().multiply(dy, a, g));
        round.free(dy);
    }
}
