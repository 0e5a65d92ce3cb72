package dev.filigree.ops;

import dev.filigree.tensor.Weight;

/**
 * A named weight of a model. What products see and what is trained may differ (straight-through methods); by default they
 * are the same.
 */
public interface Param {

    /** Name in the checkpoint, such as {@code encoder.layer.0.attention.self.query.weight}. */
    String name();

    /** What products see on the way forward, and its transpose on the way back unless {@link #wayBack} is something else. */
    Weight forward();

    /** What products see on the way back; null for the transpose of {@link #forward}, whose positions then never change. */
    default WayBack wayBack() {
        return null;
    }

    /** Whose positions get gradients and are changed by them. */
    default Weight backward() {
        return forward();
    }
}
