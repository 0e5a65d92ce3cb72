package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.ops.Value;

/** Back through tokens in another order: each adds its gradient where it came from. */
record PickBack(Value x, int[] tokens, Value output) implements Operation {

    /** Features that one task owns, so that no two add to one number. */
    private static final int FEATURES = 16;

    @Override
    public void backward(Round round, Value dy) {
        if (round.carries(x)) {
            Floats sum = round.sum(x).data();
            int width = x.width();
            round.compute().parallel().run(Math.ceilDiv(x.features(), FEATURES), task -> {
                int end = Math.min(x.features(), (task + 1) * FEATURES);
                for (int i = 0; i < tokens.length; i++) {
                    int to = x.at(tokens[i], 0);
                    int from = dy.at(i, 0);
                    for (int f = task * FEATURES; f < end; f++) {
                        sum.set(to + f * width, sum.get(to + f * width) + dy.data().get(from + f * width));
                    }
                }
            });
        }
        round.free(dy);
    }
}
