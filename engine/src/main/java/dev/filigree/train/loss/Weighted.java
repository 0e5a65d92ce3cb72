package dev.filigree.train.loss;

import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Elementwise;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Value;

/**
 * An objective times a weight, {@code weight L}, and its gradient too. A weight of -1 makes a step down go up: gradient ascent on
 * what is to be unlearned (Graves et al. 2021, arXiv:2010.10981; Thudi et al. 2022, arXiv:2109.13398), which has no lower bound,
 * so that a run of it is to be short and slow. What share was right is told as it is.
 */
public record Weighted(double weight, Objective objective) implements Objective {

    @Override
    public Score score(Compute compute, Value y, Batch batch, Value gradient) {
        Score score = objective.score(compute, y, batch, gradient);
        if (gradient != null) {
            Elementwise k = compute.kernels().elementwise();
            int panel = gradient.features() * gradient.width();
            compute.parallel().run(gradient.panels(), p -> k.axpy((float) (weight - 1), gradient.data(), gradient.data(), p * panel, (p + 1) * panel));
        }
        return new Score(weight * score.loss(), score.right(), score.count(), score.reliability());
    }
}
