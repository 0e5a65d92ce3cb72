package dev.filigree.grad;

import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Value;

/** Dropout and the way back through it, which are one: what was dropped is found again from the seed. */
record DropoutBack(double share, long seed, Value x, Value output) implements Operation {

    /** Floats that one stream decides about, so that the same ones are dropped on any number of threads. */
    private static final int RANGE = 1 << 12;

    DropoutBack {
        if (!(share >= 0 && share < 1)) {
            throw new IllegalArgumentException("dropout of a share of " + share + ", expected one in [0, 1)");
        }
    }

    /** {@code to} = what is left of {@code from}, which may be the same. */
    void apply(Compute compute, Value from, Value to) {
        int length = from.data().length();
        float scale = (float) (1 / (1 - share));
        compute.parallel().run(Math.ceilDiv(length, RANGE), range -> {
            Rng rng = new Rng(seed + range);
            for (int i = range * RANGE; i < Math.min(length, (range + 1) * RANGE); i++) {
                to.data().set(i, rng.nextFloat() < share ? 0f : from.data().get(i) * scale);
            }
        });
    }

    @Override
    public void backward(Round round, Value dy) {
        apply(round.compute(), dy, dy);
        round.hand(x, dy);
    }
}
