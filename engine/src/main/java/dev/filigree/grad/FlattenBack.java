package dev.filigree.grad;

import dev.filigree.kernel.Planes;
import dev.filigree.ops.ImageForward;
import dev.filigree.ops.Value;

/** Back from vectors to images. */
record FlattenBack(Value x, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        Planes p = x.planes();
        int pixels = p.height() * p.width();
        tape.pass(x, dx -> {
            tape.compute().parallel().run(p.channels(), c -> {
                for (int q = 0; q < pixels; q++) {
                    for (int i = 0; i < p.images(); i++) {
                        dx.data().set(ImageForward.at(p, i, c, q), dy.get(i, c * pixels + q));
                    }
                }
            });
            dx.clearPadding();
        });
        tape.free(dy);
    }
}
