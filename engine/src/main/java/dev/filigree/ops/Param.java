package dev.filigree.ops;

import dev.filigree.tensor.Weight;

/**
 * A named weight of a model. What products see and what is trained may differ (straight-through methods); by default they
 * are the same.
 */
public interface Param {

    /** Name in the checkpoint, such as {@code encoder.layer.0.attention.self.query.weight}. */
    String name();

    /** What products see, on the way forward and on the way back. */
    Weight forward();

    /** Whose positions get gradients and are changed by them. */
    default Weight backward() {
        return forward();
    }
}
