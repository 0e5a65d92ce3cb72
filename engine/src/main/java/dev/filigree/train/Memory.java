package dev.filigree.train;

/**
 * Bytes that a training run holds for its parameters.
 *
 * @param weights    values and where they live
 * @param gradients  of the step in progress
 * @param optimizer  what the optimizer and the method keep beside each value
 * @param transposes copies turned round, with which gradients flow back
 * @param activations of the step in progress and their gradients; in proportion to the batch, not to the weights
 */
public record Memory(long weights, long gradients, long optimizer, long transposes, long activations) {

    /** Everything that is in proportion to the weights. */
    public long parameters() {
        return weights + gradients + optimizer + transposes;
    }
}
