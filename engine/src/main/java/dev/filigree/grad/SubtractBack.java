package dev.filigree.grad;

import dev.filigree.ops.Value;

/** Back through {@code y = a - b}: {@code da = dy}, {@code db = -dy}. */
record SubtractBack(Value a, Value b, Value output) implements Operation {

    @Override
    public void backward(Tape tape, Value dy) {
        int panel = dy.features() * dy.width();
        tape.pass(b, g -> tape.compute().parallel().run(dy.panels(), p -> {
            g.data().slice(p * panel, panel).fill(0f);
            tape.compute().kernels().elementwise().axpy(-1, dy.data(), g.data(), p * panel, (p + 1) * panel);
        }));
        tape.hand(a, dy);
    }
}
