package dev.filigree.train.loss;

import dev.filigree.kernel.Compute;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Value;

/** What a model's result should have been. */
public interface Objective {

    /**
     * The mean loss of a result, and its gradient.
     *
     * @param compute  where the work runs
     * @param y        the model's result for {@code batch}
     * @param gradient of the size of {@code y}, overwritten; null when only the loss is wanted
     */
    Score score(Compute compute, Value y, Batch batch, Value gradient);

    /**
     * How well a result fits.
     *
     * @param loss  mean over what was judged
     * @param right share that was predicted right; NaN where that makes no sense
     * @param count examples that were judged
     * @param reliability how sure it was; holds nothing where that makes no sense, or where a gradient was asked for
     */
    record Score(double loss, double right, int count, Reliability reliability) {

        /** Where there is no confidence. */
        public Score(double loss, double right, int count) {
            this(loss, right, count, new Reliability());
        }
    }
}
