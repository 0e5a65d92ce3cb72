package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.ops.Held;
import dev.filigree.prune.drop.Drop;
import dev.filigree.train.Loop;

/** What live positions are worth while a network is trained: what a {@link Drop} ranks. */
@FunctionalInterface
public interface Worth {

    /**
     * One number for each stored value of a weight, in the order of its slots. Asked when gradients are complete and no weight is
     * updated yet.
     */
    Floats of(Loop loop, Held p);
}
