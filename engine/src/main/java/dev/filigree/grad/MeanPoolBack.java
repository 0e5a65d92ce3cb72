package dev.filigree.grad;

import dev.filigree.kernel.Window;
import dev.filigree.ops.Value;

/** Back through the mean of a window: each pixel that was seen gets its share. */
record MeanPoolBack(Window window, Value x, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        tape.pass(x, dx -> {
            dx.data().fill(0f);
            tape.forward().images().eachPlane(x.planes(), (group, channel) -> tape.compute().kernels().channels().meanPoolBackward(window, x.planes(),
                    output.planes(), dy.data(), dx.data(), group, channel));
        });
        tape.free(dy);
    }
}
