package dev.filigree.grad;

import dev.filigree.ops.Forward;
import dev.filigree.ops.Value;

/** Back through {@code y = x / |x|}: {@code dx = (dy - y (y . dy)) / |x|}. */
record NormalizeBack(Value x, Value output) implements Operation {

    @Override
    public void backward(Round round, Value dy) {
        round.pass(x, dx -> {
            dx.data().fill(0f);
            for (int t = 0; t < x.tokens(); t++) {
                double along = 0;
                for (int f = 0; f < x.features(); f++) {
                    along += (double) output.get(t, f) * dy.get(t, f);
                }
                double scale = 1 / Math.max(1e-12, Forward.length(x, t));
                for (int f = 0; f < x.features(); f++) {
                    dx.data().set(dx.at(t, f), (float) ((dy.get(t, f) - along * output.get(t, f)) * scale));
                }
            }
        });
        round.free(dy);
    }
}
