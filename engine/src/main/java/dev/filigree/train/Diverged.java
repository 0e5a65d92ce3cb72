package dev.filigree.train;

import dev.filigree.base.UserError;

/** The loss is no number any more. */
public final class Diverged extends UserError {

    private final long step;

    Diverged(long step, long steps, double loss, double rate) {
        super("training: the loss is " + loss + " at step " + step + " of " + steps + "; lower the learning rate, found " + rate);
        this.step = step;
    }

    /** The step, counted from 0. */
    public long step() {
        return step;
    }
}
