package dev.filigree.infer;

import dev.filigree.base.UserError;
import dev.filigree.infer.policy.Spent;
import dev.filigree.io.DecoderConfig;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntConsumer;

/**
 * How well a model foresees a text: windows of tokens, each begun anew; of a window only the tokens that no window before it judged count.
 *
 * @param window tokens of a window, the one that begins it not counted
 * @param stride tokens from one window to the next, at most {@code window}: what is left over is context
 */
public record Perplexity(int window, int stride) {

    public Perplexity {
        if (window < 1 || stride < 1 || stride > window) {
            throw new UserError("--window and --stride: found " + window + " and " + stride + ", expected a stride of 1 to the window");
        }
    }

    /**
     * Windows that suit a model.
     *
     * @param window 0 for the model's context
     * @param stride 0 for half a window
     */
    public static Perplexity with(DecoderConfig config, int window, int stride) {
        if (window > config.context()) {
            throw new UserError("--window: found " + window + ", expected at most the model's context of " + config.context());
        }
        int whole = window == 0 ? config.context() : window;
        return new Perplexity(whole, stride == 0 ? Math.max(1, whole / 2) : stride);
    }

    /**
     * What was found.
     *
     * @param loss   mean of -ln of the probability of the token that came, in nats
     * @param tokens judged
     * @param bytes  of the judged text in UTF-8
     * @param spent  what the policy left out, empty without one
     */
    public record Outcome(double loss, long tokens, long bytes, int windows, Optional<Spent> spent) {

        public double perplexity() {
            return Math.exp(loss);
        }

        public double bitsPerByte() {
            return loss * tokens / Math.log(2) / bytes;
        }
    }

    /** Share at the beginning of a window that is read whole whatever the policy, as in the papers' evaluations. */
    private static final double WHOLE = 0.01;

    /** How many of so many tokens are read whole whatever the policy: the one that begins at least. */
    public static int whole(int tokens) {
        return (int) Math.ceil(WHOLE * tokens);
    }

    /** Tokens whose scores are held at once. */
    private static final int CHUNK = 64;

    /**
     * Judges a text. Under a policy the first hundredth of each window is read whole, as in the papers' evaluations.
     *
     * @param progress is told how many tokens were judged since the last time
     */
    public Outcome of(LanguageModel model, String text, IntConsumer progress) {
        int[] ids = model.pieces().ids(text);
        if (ids.length == 0) {
            throw new UserError("text: found nothing in it, expected at least a character");
        }
        double sum = 0;
        int windows = 0;
        Optional<Spent> spent = Optional.empty();
        for (int judged = 0; judged < ids.length; windows++) {
            int from = windows * stride;
            int end = Math.min(ids.length, from + window);
            Judged window = likelihood(model, ids, from, judged, end);
            sum -= window.sum;
            Optional<Spent> before = spent;
            spent = window.spent.map(s -> before.map(s::plus).orElse(s));
            progress.accept(end - judged);
            judged = end;
        }
        return new Outcome(sum / ids.length, ids.length, text.getBytes(StandardCharsets.UTF_8).length, windows, spent);
    }

    private record Judged(double sum, Optional<Spent> spent) {
    }

    /** The sum over tokens {@code judged .. end} of a window that begins at {@code from}. */
    private static Judged likelihood(LanguageModel model, int[] ids, int from, int judged, int end) {
        int[] given = new int[end - from];
        given[0] = model.pieces().beginning();
        System.arraycopy(ids, from, given, 1, given.length - 1);
        double sum = 0;
        try (Decoding sequence = model.decoding(given.length)) {
            sequence.whole(whole(given.length));
            sequence.read(Arrays.copyOf(given, judged - from));
            for (int i = judged; i < end; i += CHUNK) {
                int to = Math.min(end, i + CHUNK);
                float[][] scores = sequence.scores(Arrays.copyOfRange(given, i - from, to - from));
                for (int j = i; j < to; j++) {
                    sum += likelihood(scores[j - i], ids[j]);
                }
            }
            return new Judged(sum, sequence.spent());
        }
    }

    /** Natural logarithm of the probability of a token. */
    public static double likelihood(float[] scores, int id) {
        double most = Double.NEGATIVE_INFINITY;
        for (float s : scores) {
            most = Math.max(most, s);
        }
        double sum = 0;
        for (float s : scores) {
            sum += Math.exp(s - most);
        }
        return scores[id] - most - Math.log(sum);
    }
}
