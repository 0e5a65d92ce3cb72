package dev.filigree.infer.policy;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/** Text to find thresholds on: what a model tells by itself, or a text that is given. */
public final class Told {

    /** As the model sees it, without favour for the likeliest. */
    private static final Sampling DRAWN = new Sampling(1, 0, 1, 1);

    private Told() {
    }

    /**
     * Tokens that the model draws by itself, in sequences of at most {@code length}; one that ends is followed by another.
     *
     * @param tokens   of all sequences
     * @param progress is told how many came since the last time
     */
    public static List<int[]> by(LanguageModel model, int tokens, int length, long seed, IntConsumer progress) {
        List<int[]> told = new ArrayList<>();
        int most = Math.min(length, model.config().context());
        if (tokens < 2 || most < 2) {
            throw new UserError("calibration: found " + tokens + " tokens in sequences of " + most + ", expected at least 2");
        }
        int left = tokens;
        for (int i = 0; left > 0; i++) {
            int[] sequence = one(model, Math.clamp(left, 2, most), new Rng(seed).split("told " + i));
            told.add(sequence);
            left -= sequence.length;
            progress.accept(sequence.length);
        }
        return told;
    }

    private static int[] one(LanguageModel model, int length, Rng rng) {
        int[] ids = new int[length];
        ids[0] = model.pieces().beginning();
        try (Decoding d = model.decoding(length)) {
            for (int i = 1; i < length; i++) {
                int id = DRAWN.choose(d.next(ids[i - 1]), ids, rng);
                if (model.pieces().ends(id)) {
                    return Arrays.copyOf(ids, Math.max(2, i));
                }
                ids[i] = id;
            }
        }
        return ids;
    }

    /** The beginning of a text in sequences of at most {@code length} tokens, {@code tokens} in all. */
    public static List<int[]> of(LanguageModel model, String text, int tokens, int length) {
        int[] ids = model.pieces().ids(text);
        int most = Math.min(length, model.config().context()) - 1;
        if (ids.length == 0 || most < 1) {
            throw new UserError("calibration: found nothing in the text, expected at least a character");
        }
        List<int[]> sequences = new ArrayList<>();
        for (int from = 0; from < Math.min(tokens, ids.length); from += most) {
            int[] part = Arrays.copyOfRange(ids, from, Math.min(Math.min(tokens, ids.length), from + most));
            int[] sequence = new int[part.length + 1];
            sequence[0] = model.pieces().beginning();
            System.arraycopy(part, 0, sequence, 1, part.length);
            sequences.add(sequence);
        }
        return sequences;
    }
}
