package dev.filigree.train;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.Objective;
import dev.filigree.train.loss.Reliability;
import java.util.List;

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
}
