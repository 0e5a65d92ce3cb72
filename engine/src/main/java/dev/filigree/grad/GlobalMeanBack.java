package dev.filigree.grad;

import dev.filigree.kernel.Planes;
import dev.filigree.ops.ImageForward;
import dev.filigree.ops.Value;

/** Back through the mean of each channel: every pixel gets its share. */
record GlobalMeanBack(Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        Planes p = x.planes();
        int pixels = p.height() * p.width();
        round.pass(x, dx -> {
            round.compute().parallel().run(p.channels(), c -> {
                for (int i = 0; i < p.images(); i++) {
                    float share = dy.get(i, c) / pixels;
                    int at = p.at(i, c, 0, 0);
                    for (int q = 0; q < pixels; q++) {
                        dx.data().set(at + q * ImageForward.step(p), share);
                    }
                }
            });
            dx.clearPadding();
        });
        round.free(dy);
    }
}
