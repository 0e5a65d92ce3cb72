package dev.filigree.grad;

import dev.filigree.kernel.Activation;
import dev.filigree.ops.Value;

/** Back through {@code y = f(x)}: {@code dx = dy f'(x)}. */
record ActivateBack(Activation f, Value x, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        int panel = dy.features() * dy.width();
        tape.compute().parallel().run(dy.panels(), p -> tape.compute().kernels().elementwise().activateBackward(f, x.data(), dy.data(), dy.data(), p * panel,
                (p + 1) * panel));
        tape.hand(x, dy);
    }
}
