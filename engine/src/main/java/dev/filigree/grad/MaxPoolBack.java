package dev.filigree.grad;

import dev.filigree.kernel.Window;
import dev.filigree.ops.Value;

/** Back through the largest of a window: all goes to the first pixel that was it. */
record MaxPoolBack(Window window, Value x, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        tape.pass(x, dx -> {
            dx.data().fill(0f);
            tape.forward().images().eachPlane(x.planes(), (group, channel) -> tape.compute().kernels().channels().maxPoolBackward(window, x.planes(),
                    output.planes(), x.data(), output.data(), dy.data(), dx.data(), group, channel));
        });
        tape.free(dy);
    }
}
