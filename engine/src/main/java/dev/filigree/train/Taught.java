package dev.filigree.train;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.Divergence;
import dev.filigree.train.loss.Objective;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Learns what a batch says and what a teacher of the same classes says about it:
 * {@code (1 - share) objective + share divergence}.
 */
public final class Taught implements Step, AutoCloseable {

    private final Teacher teacher;
    private final Objective objective;
    private final Divergence divergence;
    private final double share;
    private final Eager eager;

    /** Who says which classes a batch holds. */
    @FunctionalInterface
    public interface Teacher {

        /** Scores of the classes, of the student's size and panels, which the caller releases. */
        Value scores(Ops ops, Batch batch);
    }

    /** @param teacher is never changed */
    public Taught(Compute compute, Model teacher, Objective objective, Divergence divergence, double share) {
        this(compute, (Teacher) teacher::forward, objective, divergence, share);
    }

    /** @param teacher a model, or one that remembers what was said */
    public Taught(Compute compute, Teacher teacher, Objective objective, Divergence divergence, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new UserError("distillation: found a share of " + share + " for the teacher, expected 0 to 1");
        }
        this.teacher = teacher;
        this.objective = objective;
        this.divergence = divergence;
        this.share = share;
        this.eager = new Eager(compute);
    }

    @Override
    public Loss run(Loop loop, Batch batch) {
        Compute compute = loop.compute();
        Value y = loop.model().forward(loop.tape(), batch);
        Value wanted = teacher.scores(eager, batch);
        double[] losses = new double[2];
        loop.tape().seed(y, g -> losses[0] = TaughtByLayers.weighted(compute, 1 - share, g, objective.score(compute, y, batch, g).loss()));
        loop.tape().seed(y, g -> losses[1] = TaughtByLayers.weighted(compute, share, g, divergence.score(compute, y, wanted, g)));
        eager.release(wanted);
        loop.tape().backward();
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("objective", losses[0]);
        parts.put("teacher", losses[1]);
        return new Loss(losses[0] + losses[1], parts);
    }

    @Override
    public void close() {
        eager.close();
    }
}
