package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.tensor.Slots;

/**
 * Pulls every weight towards zero by the same force while it is trained: adds {@code gamma_t sign(w)} to the gradient of each
 * live position, the slope of {@code gamma_t |w|_1}, with {@code gamma_t = strength max(0, 1 - t / (until steps))}. With what is to
 * be kept as data it is the sparsity-aware unlearning of Jia et al. 2023, arXiv:2304.04934, whose force falls so that what is left
 * of the run mends what it did. Biases are left alone, and no position dies. Keeps nothing.
 *
 * @param strength gamma in the first step
 * @param until    share of the steps after which nothing pulls
 */
public record Lasso(double strength, double until) implements Hook {

    private static final int RANGE = 1 << 15;

    public Lasso {
        if (!(strength >= 0 && strength < Double.MAX_VALUE && until > 0 && until <= 1)) {
            throw new UserError("lasso: found strength=" + strength + ", until=" + until + ", expected a strength of at least 0 and until in (0, 1]");
        }
    }

    @Override
    public void differentiated(Loop loop, long step) {
        float force = (float) (strength * Math.max(0, 1 - step / (until * loop.steps())));
        for (Site site : loop.model().sites()) {
            Floats w = Slots.of(loop.model().param(site).backward());
            Floats g = loop.gradients().of(loop.model().param(site));
            loop.compute().parallel().run(Math.ceilDiv(w.length(), RANGE), task -> {
                for (int i = task * RANGE; i < Math.min(w.length(), (task + 1) * RANGE); i++) {
                    g.set(i, g.get(i) + force * Math.signum(w.get(i)));
                }
            });
        }
    }
}
