package dev.filigree.grad;

import dev.filigree.kernel.Window;
import dev.filigree.ops.Value;

/** Back through the largest of a window: all goes to the first pixel that was it. */
record MaxPoolBack(Window window, Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(x, dx -> {
            dx.data().fill(0f);
            round.forward().images().eachPlane(x.planes(), (group, channel) -> round.compute().kernels().channels().maxPoolBackward(window, x.planes(),
                    output.planes(), x.data(), output.data(), dy.data(), dx.data(), group, channel));
        });
        round.free(dy);
    }
}
