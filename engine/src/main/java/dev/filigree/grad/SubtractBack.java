package dev.filigree.grad;

import dev.filigree.ops.Value;

/** Back through {@code y = a - b}: {@code da = dy}, {@code db = -dy}. */
record SubtractBack(Value a, Value b, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        int panel = dy.features() * dy.width();
        round.pass(b, g -> round.compute().parallel().run(dy.panels(), p -> {
            g.data().slice(p * panel, panel).fill(0f);
            round.compute().kernels().elementwise().axpy(-1, dy.data(), g.data(), p * panel, (p + 1) * panel);
        }));
        round.hand(a, dy);
    }
}
