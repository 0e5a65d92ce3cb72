package dev.filigree.train;

import dev.filigree.base.UserError;
import dev.filigree.grad.Tape;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Learns to be a teacher of the same shape: for every block the squared distance to the teacher's output relative to its
 * size ({@link SquareHead}), and the cosine distance of the results:
 * {@code blocks * sum_l |s_l - t_l|^2 / |t_l|^2 + result * mean (1 - cos(s, t))}.
 *
 * <p>The teacher runs beside the student, block by block, so that only one of its block outputs is held at a time.
 */
public final class Distillation implements Step, AutoCloseable {

    private final Model teacher;
    private final Weights weights;
    private final Eager eager;

    /**
     * How the parts of the loss weigh.
     *
     * @param blocks of the distance at each block
     * @param result of the cosine distance of the results
     */
    public record Weights(double blocks, double result) {
        public static final Weights DEFAULT = new Weights(1, 3);

        /** Those of a part by name: both, blocks (SquareHead alone) or result (the cosine alone). */
        public static Weights named(String text) {
            return switch (text) {
                case "both" -> DEFAULT;
                case "blocks" -> new Weights(DEFAULT.blocks, 0);
                case "result" -> new Weights(0, DEFAULT.result);
                default -> throw new UserError("what is taught: found '" + text + "', expected both, blocks or result");
            };
        }
    }

    /** @param teacher is never changed */
    public Distillation(Compute compute, Model teacher, Weights weights) {
        this.teacher = teacher;
        this.weights = weights;
        this.eager = new Eager(compute);
    }

    @Override
    public Loss run(Loop loop, Batch batch) {
        Compute compute = loop.compute();
        Tape tape = loop.tape();
        Model student = loop.model();
        Value s = student.enter(tape, batch);
        Value t = teacher.enter(eager, batch);
        double distance = 0;
        for (int i = 0; i < student.blocks(); i++) {
            s = student.block(tape, i, s, batch);
            Value next = teacher.block(eager, i, t, batch);
            eager.release(t);
            t = next;
            distance += SquareHead.seed(compute, tape, s, t, weights.blocks);
        }
        Value result = student.leave(tape, s, batch);
        Value wanted = teacher.leave(eager, t, batch);
        eager.release(t);
        double cosine = seedCosine(tape, result, wanted);
        eager.release(wanted);
        tape.backward();
        Map<String, Double> parts = new LinkedHashMap<>();
        parts.put("blocks", weights.blocks * distance);
        parts.put("result", weights.result * cosine);
        return new Loss(weights.blocks * distance + weights.result * cosine, parts);
    }

    @Override
    public void close() {
        eager.close();
    }

    /** Seeds the gradient of the mean of {@code 1 - cos(s, t)} over sequences and returns that mean. */
    private double seedCosine(Tape tape, Value s, Value t) {
        double[] sum = new double[1];
        tape.seed(s, g -> {
            g.data().fill(0f);
            for (int i = 0; i < s.tokens(); i++) {
                double lengths = Forward.length(s, i) * Forward.length(t, i);
                double squared = Forward.length(s, i) * Forward.length(s, i);
                double dot = 0;
                for (int f = 0; f < s.features(); f++) {
                    dot += (double) s.get(i, f) * t.get(i, f);
                }
                double cosine = dot / lengths;
                sum[0] += 1 - cosine;
                double scale = -weights.result / s.tokens();
                for (int f = 0; f < s.features(); f++) {
                    g.data().set(g.at(i, f), (float) (scale * (t.get(i, f) / lengths - cosine * s.get(i, f) / squared)));
                }
            }
        });
        return sum[0] / s.tokens();
    }
}
