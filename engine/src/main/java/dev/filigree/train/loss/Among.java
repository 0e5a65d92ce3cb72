package dev.filigree.train.loss;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Value;

/**
 * An objective in which only the classes {@code from .. to - 1} take part, as where it is known which task an example belongs to:
 * the others score too low to matter, and their gradient is zero.
 *
 * @param objective of which every label is one of these classes; one that smooths labels would count those that take no part
 */
public record Among(Objective objective, int from, int to) implements Objective {

    /** Far below any score, and near enough that differences of scores are exact. */
    private static final float FAR = -1e4f;

    public Among {
        if (!(from >= 0 && from < to)) {
            throw new IllegalArgumentException("classes " + from + " .. " + to);
        }
    }

    @Override
    public Score score(Compute compute, Value y, Batch batch, Value gradient) {
        Value some = y.in(Floats.allocate(y.data().length()).copyFrom(y.data()));
        others(some, FAR);
        Score score = objective.score(compute, some, batch, gradient);
        if (gradient != null) {
            others(gradient, 0f);
        }
        return score;
    }

    private void others(Value v, float value) {
        for (int panel = 0; panel < v.panels(); panel++) {
            int at = panel * v.features() * v.width();
            v.data().slice(at, from * v.width()).fill(value);
            v.data().slice(at + to * v.width(), (v.features() - to) * v.width()).fill(value);
        }
    }
}
