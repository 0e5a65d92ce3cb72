package dev.filigree.grad;

import dev.filigree.kernel.Planes;
import dev.filigree.ops.ImageForward;
import dev.filigree.ops.Value;

/** Back from vectors to images. */
record FlattenBack(Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        Planes p = x.planes();
        int pixels = p.height() * p.width();
        round.pass(x, dx -> {
            round.compute().parallel().run(p.channels(), c -> {
                for (int i = 0; i < p.images(); i++) {
                    int from = dy.at(i, c * pixels);
                    int to = p.at(i, c, 0, 0);
                    for (int q = 0; q < pixels; q++) {
                        dx.data().set(to + q * ImageForward.step(p), dy.data().get(from + q * dy.width()));
                    }
                }
            });
            dx.clearPadding();
        });
        round.free(dy);
    }
}
