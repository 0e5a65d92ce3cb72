package dev.filigree.ops;

import dev.filigree.tensor.Weight;

/**
 * A named weight of a model. What forward and backward see may differ (straight-through methods); by default they are
 * the same.
 */
public interface Param {

    /** Name in the checkpoint, such as {@code encoder.layer.0.attention.self.query.weight}. */
    String name();

    Weight forward();

    default Weight backward() {
        return forward();
    }
}
