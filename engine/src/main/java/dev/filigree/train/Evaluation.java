package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.loss.Objective;
import dev.filigree.train.loss.Reliability;
import java.util.List;
import java.util.function.IntConsumer;

/** How good a model is at something; changes nothing. */
public final class Evaluation {

    private Evaluation() {
    }

    /** The mean over everything that the batches hold. */
    public static Objective.Score of(Compute compute, Model model, Objective objective, List<Batch> batches) {
        double loss = 0;
        double right = 0;
        int count = 0;
        Reliability reliability = new Reliability();
        try (Eager eager = new Eager(compute)) {
            for (Batch batch : batches) {
                Value y = model.forward(eager, batch);
                Objective.Score s = objective.score(compute, y, batch, null);
                eager.release(y);
                loss += s.loss() * s.count();
                right += s.right() * s.count();
                count += s.count();
                reliability.add(s.reliability());
            }
        }
        return new Objective.Score(loss / count, right / count, count, reliability);
    }

    /**
     * How good the mean of the probabilities is that several draws of a model give: {@code p = 1/draws sum_k softmax(y_k)}.
     *
     * @param draw makes the model the k-th draw
     */
    public static Objective.Score ofMean(Compute compute, Model model, List<Batch> batches, int draws, IntConsumer draw) {
        Value[] sums = new Value[batches.size()];
        try (Eager eager = new Eager(compute)) {
            for (int k = 0; k < draws; k++) {
                draw.accept(k);
                for (int b = 0; b < sums.length; b++) {
                    Value y = model.forward(eager, batches.get(b));
                    sums[b] = sums[b] == null ? y.in(Floats.allocate(y.data().length())) : sums[b];
                    addProbabilities(y, sums[b], 1.0 / draws);
                    eager.release(y);
                }
            }
        }
        double loss = 0;
        double right = 0;
        int count = 0;
        Reliability reliability = new Reliability();
        for (int b = 0; b < sums.length; b++) {
            for (int i = 0; i < sums[b].data().length(); i++) {
                sums[b].data().set(i, (float) Math.log(Math.max(Float.MIN_NORMAL, sums[b].data().get(i)))); // scores whose softmax they are
            }
            Objective.Score s = new CrossEntropy(0).score(compute, sums[b], batches.get(b), null);
            loss += s.loss() * s.count();
            right += s.right() * s.count();
            count += s.count();
            reliability.add(s.reliability());
        }
        return new Objective.Score(loss / count, right / count, count, reliability);
    }

    private static void addProbabilities(Value y, Value sum, double share) {
        for (int t = 0; t < y.tokens(); t++) {
            float[] scores = y.token(t);
            double most = Double.NEGATIVE_INFINITY;
            for (float s : scores) {
                most = Math.max(most, s);
            }
            double total = 0;
            for (float s : scores) {
                total += Math.exp(s - most);
            }
            for (int c = 0; c < scores.length; c++) {
                int at = sum.at(t, c);
                sum.data().set(at, (float) (sum.data().get(at) + share * Math.exp(scores[c] - most) / total));
            }
        }
    }
}
