package dev.filigree.train;

/**
 * Behaviour that joins a training loop without the loop knowing: pruning further, growing back, measuring. Hooks run in
 * the order given. Steps are counted from 0; all three calls of one step get the same number.
 */
public interface Hook extends Stateful {

    /** Before the forward pass. */
    default void beforeStep(Loop loop, long step) {
    }

    /** When gradients are complete and weights are not yet updated. */
    default void afterBackward(Loop loop, long step) {
    }

    /** After the update. */
    default void afterStep(Loop loop, long step) {
    }
}
