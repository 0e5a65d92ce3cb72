package dev.filigree.grad;

import dev.filigree.kernel.Window;
import dev.filigree.ops.Value;

/** Back through the mean of a window: each pixel that was seen gets its share. */
record MeanPoolBack(Window window, Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(x, dx -> {
            dx.data().fill(0f);
            round.forward().images().eachPlane(x.planes(), (group, channel) -> round.compute().kernels().channels().meanPoolBackward(window, x.planes(),
                    output.planes(), dy.data(), dx.data(), group, channel));
        });
        round.free(dy);
    }
}
