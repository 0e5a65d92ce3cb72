package dev.filigree.prune.structure;

import dev.filigree.model.CausalModel;

/** Takes a part of a language model out for good. */
public interface Structure {

    /** The smaller model; the one that was given stays as it is and shares no weight that it changes. */
    CausalModel cut(Operation operation);

    /** Whether least squares can make up for what it takes out. */
    default boolean mends() {
        return false;
    }

    /** What is taken out in the same way without knowing anything, to judge beside it. */
    Structure control();
}
