package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Updates;

final class ScalarUpdates implements Updates {

    @Override
    public void adam(Floats w, Floats gradient, Floats m, Floats v, int from, int to, float scale, float rate, float b1, float b2, float c1, float c2,
            float eps, float decay) {
        for (int i = from; i < to; i++) {
            float g = scale * gradient.get(i);
            float mi = b1 * m.get(i) + (1 - b1) * g;
            float vi = b2 * v.get(i) + (1 - b2) * g * g;
            m.set(i, mi);
            v.set(i, vi);
            w.set(i, w.get(i) - rate * (mi / c1 / ((float) Math.sqrt(vi / c2) + eps) + decay * w.get(i)));
        }
    }

    @Override
    public void momentum(Floats w, Floats gradient, Floats m, int from, int to, float scale, float rate, float momentum, float decay) {
        for (int i = from; i < to; i++) {
            float mi = momentum * m.get(i) + scale * gradient.get(i);
            m.set(i, mi);
            w.set(i, w.get(i) - rate * (mi + decay * w.get(i)));
        }
    }
}
