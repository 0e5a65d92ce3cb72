package dev.filigree.grad;

import dev.filigree.ops.Value;

/** Back through {@code y = a b}: {@code da = dy b}, {@code db = dy a}. */
record MultiplyBack(Value a, Value b, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        tape.pass(a, g -> tape.forward().multiply(dy, b, g));
        tape.pass(b, g -> tape.forward().multiply(dy, a, g));
        tape.free(dy);
    }
}
