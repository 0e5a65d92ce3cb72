package dev.filigree.app.sparsify;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Text;
import dev.filigree.ops.Value;
import dev.filigree.train.loss.CrossEntropy;
import java.util.Arrays;
import java.util.List;

/**
 * How well language models foresee windows of text: of each window every token but the first is judged, by those before it in the window.
 *
 * @param windows token ids, all of one length
 */
public record Windowed(Compute compute, List<int[]> windows) {

    /** Tokens whose scores are held at once: there are as many scores as tokens in the vocabulary for each. */
    private static final int TOKENS = 512;

    /** Mean of -ln of the probability of the token that came, in nats. */
    public double loss(Model model) {
        return loss(model, windows.size());
    }

    /** The same for some of the windows. */
    public double loss(Model model, int most) {
        int count = Math.min(most, windows.size());
        int together = Math.max(1, TOKENS / windows.getFirst().length);
        double sum = 0;
        try (Eager eager = new Eager(compute)) {
            for (int i = 0; i < count; i += together) {
                List<int[]> some = windows.subList(i, Math.min(count, i + together));
                Text text = text(some);
                Value scores = model.forward(eager, text);
                sum += new CrossEntropy(0).score(compute, scores, text, null).loss() * some.size();
                eager.release(scores);
            }
        }
        return sum / count;
    }

    private static Text text(List<int[]> some) {
        int steps = some.getFirst().length - 1;
        int[] ids = some.stream().flatMapToInt(w -> Arrays.stream(w, 0, steps)).toArray();
        int[] next = some.stream().flatMapToInt(w -> Arrays.stream(w, 1, steps + 1)).toArray();
        return new Text(some.size(), steps, ids, next, null);
    }
}
