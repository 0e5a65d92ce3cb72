package dev.filigree.app.sparsify;

import dev.filigree.app.BundledData;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.text.Pair;
import dev.filigree.io.text.Pairs;
import dev.filigree.io.text.Sentences;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The sentences of a run.
 *
 * @param training for calibration and recovery, in seeded random order; none occurs in a pair or is held out
 * @param heldOut  for measuring alone
 * @param pairs    scored pairs, for measuring alone
 * @param excluded sentences left out of {@code training} because they occur in a pair
 * @param origin   where they come from
 */
public record Texts(List<String> training, List<String> heldOut, List<Pair> pairs, int excluded, String origin) {

    private static final int HELD_OUT = 1000;

    /** Fewest sentences that a person's own file must hold. */
    private static final int FEWEST = 200;

    /**
     * @param text  file of sentences, one a line; empty for the bundled ones
     * @param pairs file of scored pairs; empty for the bundled ones
     */
    public static Texts load(String text, String pairs, Rng rng) {
        List<Pair> scored = pairs.isEmpty() ? BundledData.stsDev() : Pairs.read(Path.of(pairs));
        if (text.isEmpty()) {
            Sentences.Exclusion e = Sentences.exclude(BundledData.recovery(), scored);
            return new Texts(e.kept(), BundledData.heldOut(), scored, e.removed() + BundledData.excludedWhenMade(), "bundled: STS-B train and WikiText-2");
        }
        List<String> all = Sentences.read(Path.of(text));
        Sentences.Exclusion e = Sentences.exclude(all, scored);
        if (e.kept().size() < FEWEST) {
            throw new UserError(text + ": holds " + e.kept().size() + " usable sentences, expected at least " + FEWEST + "; add more or leave out --text");
        }
        List<String> shuffled = new ArrayList<>();
        for (int i : rng.split("text order").permutation(e.kept().size())) {
            shuffled.add(e.kept().get(i));
        }
        int held = Math.min(HELD_OUT, shuffled.size() / 5);
        return new Texts(shuffled.subList(held, shuffled.size()), shuffled.subList(0, held), scored, e.removed(), text);
    }
}
