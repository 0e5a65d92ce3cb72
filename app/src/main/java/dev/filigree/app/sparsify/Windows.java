package dev.filigree.app.sparsify;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Sampling;
import dev.filigree.io.Pieces;
import dev.filigree.io.text.PlainText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Text for a language model, in windows of equal length, each behind the token that begins a sequence.
 *
 * @param training for calibration and recovery, in seeded random order
 * @param heldOut  for measuring alone
 * @param origin   where they come from
 */
public record Windows(List<int[]> training, List<int[]> heldOut, String origin) {

    /** Tokens of a window, unless the model's context is shorter. */
    private static final int LENGTH = 256;
    /** Of a text one window in so many judges, but no more than... */
    private static final int JUDGES = 5;
    private static final int MOST_JUDGES = 64;
    private static final int FEWEST = 10;

    /**
     * Windows of a text, the last of which judge; or, where none is named, of what the model tells itself at temperature 1, so that a model can be judged
     * where nothing else is at hand: what it says is what it foresees best.
     *
     * @param count windows for calibration
     */
    public static Windows of(LanguageModel model, String file, int count, Rng rng) {
        int length = Math.min(LENGTH, model.config().context());
        return file.isEmpty() ? told(model, length, count, rng) : of(model.pieces(), Path.of(file), length, rng);
    }

    private static Windows told(LanguageModel model, int length, int count, Rng rng) {
        int judging = Math.clamp(count / (JUDGES - 1), 1, MOST_JUDGES);
        return new Windows(tell(model, length, count, rng.split("told")), tell(model, length, judging, rng.split("told to judge")), "told by the model itself, temperature 1");
    }

    /** Windows that a model tells: where a story ends another begins. */
    public static List<int[]> tell(LanguageModel model, int length, int count, Rng rng) {
        Sampling plain = new Sampling(1, 0, 1, 1);
        List<int[]> windows = new ArrayList<>();
        for (int w = 0; w < count; w++) {
            int[] ids = new int[length];
            Rng own = rng.split("window " + w);
            ids[0] = model.pieces().begin();
            try (Decoding sequence = model.decoding(length)) {
                for (int i = 1; i < length; i++) {
                    int id = plain.choose(sequence.next(ids[i - 1]), new int[0], own);
                    ids[i] = id == model.pieces().end() ? model.pieces().begin() : id;
                }
            }
            windows.add(ids);
        }
        return windows;
    }

    private static Windows of(Pieces pieces, Path file, int length, Rng rng) {
        int[] ids = pieces.ids(PlainText.read(file));
        int count = ids.length / (length - 1);
        if (count < FEWEST) {
            throw new UserError(file + ": holds " + ids.length + " tokens, expected at least " + FEWEST * (length - 1) + "; add more or leave out --text");
        }
        List<int[]> all = new ArrayList<>();
        for (int w = 0; w < count; w++) {
            int[] window = new int[length];
            window[0] = pieces.begin();
            System.arraycopy(ids, w * (length - 1), window, 1, length - 1);
            all.add(window);
        }
        int judging = Math.min(MOST_JUDGES, count / JUDGES);
        List<int[]> training = Arrays.stream(rng.split("text order").permutation(count - judging)).mapToObj(all::get).toList();
        return new Windows(training, List.copyOf(all.subList(count - judging, count)), file.toString());
    }
}
