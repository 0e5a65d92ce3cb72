package dev.filigree.train;

/**
 * Behaviour that joins a training loop without the loop knowing: pruning further, growing back, measuring. Hooks run in
 * the order given. Steps are counted from 0; all calls of one step get the same number.
 */
public interface Hook extends Stateful {

    /**
     * Before the first batch of a run is drawn, in a {@link Loop#rehearse rehearsal} of it too: decides what the run begins
     * with. It draws from {@code loop} alone, so that it decides the same each time. A run that goes on does not come here again.
     */
    default void begin(Loop loop) {
    }

    /** Before every forward pass, in a {@link Loop#rehearse rehearsal} too: sees to it that products see what they should. */
    default void prepare(Loop loop) {
    }

    /** When gradients are complete, before every update, in a rehearsal too: what a method makes of them in each step. */
    default void differentiated(Loop loop, long step) {
    }

    /** After every update, in a rehearsal too: brings what products see up to date with what is trained. */
    default void updated(Loop loop, long step) {
    }

    /** Before the forward pass. */
    default void beforeStep(Loop loop, long step) {
    }

    /** When gradients are complete and weights are not yet updated. */
    default void afterBackward(Loop loop, long step) {
    }

    /** Bytes in proportion to the weights that it holds from step to step. */
    default long bytes() {
        return 0;
    }

    /** After the update. */
    default void afterStep(Loop loop, long step) {
    }
}
