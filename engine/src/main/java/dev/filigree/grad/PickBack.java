package dev.filigree.grad;

import dev.filigree.ops.Value;

/** Back through tokens in another order: each adds its gradient where it came from. */
record PickBack(Value x, int[] tokens, Value output) implements Operation {

    /** Features that one task owns, so that no two add to one number. */
    private static final int FEATURES = 16;

    @Override
    public void backward(Tape tape, Value dy) {
        if (tape.carries(x)) {
            Value sum = tape.sum(x);
            tape.compute().parallel().run(Math.ceilDiv(x.features(), FEATURES), task -> {
                for (int i = 0; i < tokens.length; i++) {
                    for (int f = task * FEATURES; f < Math.min(x.features(), (task + 1) * FEATURES); f++) {
                        int at = sum.at(tokens[i], f);
                        sum.data().set(at, sum.data().get(at) + dy.get(i, f));
                    }
                }
            });
        }
        tape.free(dy);
    }
}
