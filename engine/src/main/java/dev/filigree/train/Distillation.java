package dev.filigree.train;

import dev.filigree.base.UserError;
import dev.filigree.grad.Tape;
import dev.filigree.kernel.Compute;
import dev.filigree.model.CausalModel;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.Divergence;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Learns to be a teacher of the same shape, or of another where blocks do not count: for every block the squared distance to the teacher's output relative to its
 * size ({@link SquareHead}), and a distance of the results:
 * {@code blocks * sum_l |s_l - t_l|^2 / |t_l|^2 + result * d(s, t)}, where d is {@code mean (1 - cos(s, t))} for vectors, and
 * {@code KL(softmax(t) | softmax(s))} ({@link Divergence}) for scores of what comes next.
 *
 * <p>The teacher runs beside the student, block by block, so that only one of its block outputs is held at a time.
 */
public final class Distillation implements Step, AutoCloseable {

    private final Model teacher;
    private final Weights weights;
    private final Distance distance;
    private final Eager eager;

    /** A distance of results. */
    @FunctionalInterface
    public interface Distance {

        /** The mean distance of {@code s} to {@code t}; {@code gradient}, of their size, is overwritten with that at s. */
        double score(Compute compute, Value s, Value t, Value gradient);
    }

    /**
     * How the parts of the loss weigh.
     *
     * @param blocks of the distance at each block
     * @param result of the distance of the results
     */
    public record Weights(double blocks, double result) {
        public static final Weights DEFAULT = new Weights(1, 3);

        /** Those of a part by name: both, blocks (SquareHead alone) or result (their distance alone). */
        public static Weights named(String text) {
            return switch (text) {
                case "both" -> DEFAULT;
                case "blocks" -> new Weights(DEFAULT.blocks, 0);
                case "result" -> new Weights(0, DEFAULT.result);
                default -> throw new UserError("what is taught: found '" + text + "', expected both, blocks or result");
            };
        }
    }

    /** @param teacher is never changed; one that foresees tokens teaches by divergence, another by the cosine */
    public Distillation(Compute compute, Model teacher, Weights weights) {
        this(compute, teacher, weights, teacher instanceof CausalModel ? new Divergence(1)::score : Distillation::cosine);
    }

    /** @param teacher is never changed */
    public Distillation(Compute compute, Model teacher, Weights weights, Distance distance) {
        this.teacher = teacher;
        this.weights = weights;
        this.distance = distance;
        this.eager = new Eager(compute);
    }

    @Override
    public Loss run(Loop loop, Batch batch) {
        Compute compute = loop.compute();
        Tape tape = loop.tape();
        Model student = loop.model();
        Value s = student.enter(tape, batch);
        Value t = teacher.enter(eager, batch);
        double blocks = 0;
        boolean compared = weights.blocks > 0;
        for (int i = 0; i < student.blocks(); i++) {
            s = student.block(tape, i, s, batch);
            if (compared) {
                t = after(i, t, batch);
                blocks += SquareHead.seed(compute, tape, s, t, weights.blocks);
            }
        }
        for (int i = 0; !compared && i < teacher.blocks(); i++) {
            t = after(i, t, batch);
        }
        Value result = student.leave(tape, s, batch);
        Value wanted = teacher.leave(eager, t, batch);
        eager.release(t);
        double[] far = new double[1];
        tape.seed(result, g -> far[0] = TaughtByLayers.weighted(compute, weights.result, g, distance.score(compute, result, wanted, g)));
        eager.release(wanted);
        tape.backward();
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("blocks", weights.blocks * blocks);
        parts.put("result", far[0]);
        return new Loss(weights.blocks * blocks + far[0], parts);
    }

    /** What the teacher's block makes of {@code t}, which goes. */
    private Value after(int block, Value t, Batch batch) {
        Value next = teacher.block(eager, block, t, batch);
        eager.release(t);
        return next;
    }

    @Override
    public void close() {
        eager.close();
    }

    /** The mean of {@code 1 - cos(s, t)} over sequences. */
    private static double cosine(Compute compute, Value s, Value t, Value gradient) {
        double sum = 0;
        gradient.data().fill(0f);
        for (int i = 0; i < s.tokens(); i++) {
            double lengths = Forward.length(s, i) * Forward.length(t, i);
            double squared = Forward.length(s, i) * Forward.length(s, i);
            double dot = 0;
            for (int f = 0; f < s.features(); f++) {
                dot += (double) s.get(i, f) * t.get(i, f);
            }
            double cosine = dot / lengths;
            sum += 1 - cosine;
            double scale = -1.0 / s.tokens();
            for (int f = 0; f < s.features(); f++) {
                gradient.data().set(gradient.at(i, f), (float) (scale * (t.get(i, f) / lengths - cosine * s.get(i, f) / squared)));
            }
        }
        return sum / s.tokens();
    }
}
