package dev.filigree.prune.structure;

import dev.filigree.io.DecoderConfig;
import dev.filigree.model.CausalModel;

/** Takes a part of a language model out for good. */
public interface Structure {

    /** The smaller model; the one that was given stays as it is and shares no weight that it changes. */
    CausalModel cut(Operation operation);

    /** Refuses a share that would leave nothing of a model of this shape, before it is read. */
    default void check(DecoderConfig config, double share) {
    }

    /** Whether least squares can make up for what it takes out. */
    default boolean mends() {
        return false;
    }

    /** What is taken out in the same way without knowing anything, to judge beside it. */
    Structure control();
}
