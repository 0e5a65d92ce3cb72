package dev.filigree.kernel;

import dev.filigree.base.Floats;

/** Optimizer steps over flat arrays of live values. */
public interface Updates {

    /**
     * Adam (Kingma and Ba 2015) with decoupled weight decay:
     * {@code m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; w -= rate (m / c1 / (sqrt(v / c2) + eps) + decay w)}, where
     * {@code g = scale * gradient}, {@code c1 = 1 - b1^t}, {@code c2 = 1 - b2^t}.
     */
    void adam(Floats w, Floats gradient, Floats m, Floats v, int from, int to, float scale, float rate, float b1, float b2, float c1, float c2, float eps,
            float decay);

    /** Momentum: {@code m = momentum m + scale gradient; w -= rate (m + decay w)}. */
    void momentum(Floats w, Floats gradient, Floats m, int from, int to, float scale, float rate, float momentum, float decay);
}
