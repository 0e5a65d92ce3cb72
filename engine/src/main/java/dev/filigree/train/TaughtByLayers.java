package dev.filigree.train;

import dev.filigree.base.UserError;
import dev.filigree.grad.Tape;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Elementwise;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.Divergence;
import dev.filigree.train.loss.Objective;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Learns what a batch says, which classes a teacher of the same shape sees in it, and to do in every block as the teacher does (Kurtic et
 * al. 2023, arXiv:2310.06927): {@code task objective + classes divergence + blocks sum_l |s_l - t_l|^2 / |t_l|^2}. The teacher runs beside the
 * student, block by block; what weighs nothing is not computed.
 */
public final class TaughtByLayers implements Step, AutoCloseable {

    private final Model teacher;
    private final Objective objective;
    private final Divergence divergence;
    private final Weights weights;
    private final Eager eager;

    /**
     * How the parts of the loss weigh; one of them must weigh something.
     *
     * @param task    of what the batch says
     * @param classes of the divergence from the teacher's classes
     * @param blocks  of the distance at each block
     */
    public record Weights(double task, double classes, double blocks) {

        public Weights {
            if (!(task >= 0 && classes >= 0 && blocks >= 0 && task + classes + blocks > 0 && task + classes + blocks < Double.MAX_VALUE)) {
                throw new UserError("distillation: found weights " + task + ", " + classes + " and " + blocks + ", expected none below 0 and one above");
            }
        }
    }

    /** @param teacher is never changed */
    public TaughtByLayers(Compute compute, Model teacher, Objective objective, Divergence divergence, Weights weights) {
        this.teacher = teacher;
        this.objective = objective;
        this.divergence = divergence;
        this.weights = weights;
        this.eager = new Eager(compute);
    }

    @Override
    public Loss run(Loop loop, Batch batch) {
        Compute compute = loop.compute();
        Tape tape = loop.tape();
        Model student = loop.model();
        boolean asks = weights.classes > 0 || weights.blocks > 0;
        Value s = student.enter(tape, batch);
        Value t = asks ? teacher.enter(eager, batch) : null;
        double distance = 0;
        for (int i = 0; i < student.blocks(); i++) {
            s = student.block(tape, i, s, batch);
            if (asks) {
                Value next = teacher.block(eager, i, t, batch);
                eager.release(t);
                t = next;
            }
            if (weights.blocks > 0) {
                distance += SquareHead.seed(compute, tape, s, t, weights.blocks);
            }
        }
        Value y = student.leave(tape, s, batch);
        double[] losses = new double[2];
        if (weights.task > 0) {
            tape.seed(y, g -> losses[0] = weighted(compute, weights.task, g, objective.score(compute, y, batch, g).loss()));
        }
        if (weights.classes > 0) {
            Value wanted = teacher.leave(eager, t, batch);
            tape.seed(y, g -> losses[1] = weighted(compute, weights.classes, g, divergence.score(compute, y, wanted, g)));
            eager.release(wanted);
        }
        if (asks) {
            eager.release(t);
        }
        tape.backward();
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("task", losses[0]);
        parts.put("classes", losses[1]);
        parts.put("blocks", weights.blocks * distance);
        return new Loss(losses[0] + losses[1] + weights.blocks * distance, parts);
    }

    /** Gives a gradient and its loss their weight. */
    static double weighted(Compute compute, double weight, Value g, double loss) {
        Elementwise k = compute.kernels().elementwise();
        int panel = g.features() * g.width();
        compute.parallel().run(g.panels(), p -> k.axpy((float) weight - 1, g.data(), g.data(), p * panel, (p + 1) * panel));
        return weight * loss;
    }

    @Override
    public void close() {
        eager.close();
    }
}
