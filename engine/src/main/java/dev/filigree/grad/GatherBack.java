package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.ops.Value;

/** Back through features in another order: each adds its gradient where it came from. */
record GatherBack(Value x, int[] which, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        if (round.carries(x)) {
            Floats sum = round.sum(x).data();
            int width = x.width();
            round.compute().parallel().run(dy.panels(), p -> {
                for (int f = 0; f < which.length; f++) {
                    Floats to = sum.slice((p * x.features() + which[f]) * width, width);
                    round.compute().kernels().elementwise().add(to, dy.data().slice((p * which.length + f) * width, width), to, 0, width);
                }
            });
        }
        round.free(dy);
    }
}
