package dev.filigree.train;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.tensor.Layout;
import java.util.List;

/**
 * Everything that a run of training is made of, apart from the model.
 *
 * @param step      what is learned
 * @param batches   from what
 * @param optimizer how gradients become changes
 * @param rate      peak learning rate
 * @param rates     how the learning rate moves
 * @param clip      longest gradient, all parameters together; longer ones are scaled down to it; {@code Double.MAX_VALUE} for any length
 * @param steps     length of the run
 * @param layout    how trained weights are held: entries ({@link Layout#CSR}) or blocks
 * @param hooks     in the order in which they run
 * @param rng       root of the loop's named streams
 */
public record Setup(Step step, Batches batches, Optimizer optimizer, double rate, Rates rates, double clip, long steps, Layout layout,
        List<Hook> hooks, Rng rng) {

    public Setup {
        hooks = List.copyOf(hooks);
        if (!(rate > 0 && rate < Double.MAX_VALUE && clip > 0)) {
            throw new UserError("training: found learning rate " + rate + " and clip " + clip + ", expected both above 0");
        }
        if (steps < 0) {
            throw new UserError("training: found " + steps + " steps, expected at least 0");
        }
    }

    /** The same setup for another number of steps. */
    public Setup withSteps(long other) {
        return new Setup(step, batches, optimizer, rate, rates, clip, other, layout, hooks, rng);
    }
}
