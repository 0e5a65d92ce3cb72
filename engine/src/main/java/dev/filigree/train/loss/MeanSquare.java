package dev.filigree.train.loss;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Elementwise;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Targeted;
import dev.filigree.ops.Value;

/** The mean of {@code (y - target)^2} over all numbers of a result. The gradient is {@code 2 (y - target) / numbers}. */
public record MeanSquare() implements Objective {

    @Override
    public Score score(Compute compute, Value y, Batch batch, Value gradient) {
        Value wanted = batch.as(Targeted.class).targets();
        if (wanted.features() != y.features() || wanted.tokens() != y.tokens() || wanted.width() != y.width()) {
            throw new IllegalArgumentException("targets [" + wanted.tokens() + " x " + wanted.features() + "] for results [" + y.tokens() + " x " + y.features() + "]");
        }
        Elementwise k = compute.kernels().elementwise();
        int panel = y.features() * y.width();
        double count = (double) y.tokens() * y.features();
        double[] parts = new double[y.panels()];
        Value difference = gradient != null ? gradient : new Value(Floats.allocate(y.data().length()), y.features(), y.tokens(), y.width());
        compute.parallel().run(y.panels(), p -> {
            difference.data().slice(p * panel, panel).copyFrom(y.data().slice(p * panel, panel));
            k.axpy(-1, wanted.data(), difference.data(), p * panel, (p + 1) * panel);
        });
        difference.clearPadding();
        compute.parallel().run(y.panels(), p -> {
            parts[p] = k.dot(difference.data(), difference.data(), p * panel, (p + 1) * panel);
            k.axpy((float) (2 / count) - 1, difference.data(), difference.data(), p * panel, (p + 1) * panel);
        });
        double sum = 0;
        for (double part : parts) {
            sum += part;
        }
        return new Score(sum / count, Double.NaN, y.tokens());
    }
}
