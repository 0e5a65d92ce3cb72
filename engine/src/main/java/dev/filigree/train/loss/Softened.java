package dev.filigree.train.loss;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Value;

/**
 * An objective of {@code y / T} instead of y, as in distillation (Hinton et al. 2015, arXiv:1503.02531): the larger T, the
 * less classes differ. The gradient is that with respect to y, 1 / T of the one at y / T.
 *
 * @param temperature T, above 0
 */
public record Softened(Objective objective, double temperature) implements Objective {

    public Softened {
        if (!(temperature > 0 && temperature < Double.MAX_VALUE)) {
            throw new UserError("temperature: found " + temperature + ", expected a number above 0");
        }
    }

    @Override
    public Score score(Compute compute, Value y, Batch batch, Value gradient) {
        Value soft = y.in(Floats.allocate(y.data().length()).copyFrom(y.data()));
        divide(compute, soft);
        Score score = objective.score(compute, soft, batch, gradient);
        if (gradient != null) {
            divide(compute, gradient);
        }
        return score;
    }

    private void divide(Compute compute, Value v) {
        int panel = v.features() * v.width();
        compute.parallel().run(v.panels(), p -> {
            for (int i = p * panel; i < (p + 1) * panel; i++) {
                v.data().set(i, (float) (v.data().get(i) / temperature));
            }
        });
    }
}
