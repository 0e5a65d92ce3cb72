package dev.filigree.infer;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.Pieces;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** A text that a model goes on with: its tokens so far, how the next one is chosen, and where it ends. */
final class Continuation {

    private final Pieces pieces;
    private final Sampling sampling;
    private final Rng rng;
    private final UntilStop text;
    private final boolean fromNothing;
    private final int prompt;
    private final int[] ids; // as many as there may be
    private int length;

    /** @param out is given the characters as they come */
    Continuation(LanguageModel model, String prompt, int most, Sampling sampling, List<String> stop, long seed, Consumer<String> out) {
        this.pieces = model.pieces();
        this.sampling = sampling;
        this.rng = new Rng(seed).split("sampling");
        this.text = new UntilStop(out, stop);
        this.fromNothing = prompt.isEmpty();
        int[] given = pieces.opening(prompt);
        int context = model.config().context();
        if (most < 1) {
            throw new UserError("-n: found " + most + ", expected at least 1 token");
        }
        if (given.length >= context) {
            throw new UserError("prompt: found " + given.length + " tokens, expected fewer than the model's context of " + context);
        }
        this.prompt = given.length;
        this.length = given.length;
        this.ids = Arrays.copyOf(given, (int) Math.min(context, (long) given.length + most));
    }

    /** Tokens that it may have, the prompt's included. */
    int room() {
        return ids.length;
    }

    int length() {
        return length;
    }

    /** Tokens of the prompt. */
    int prompt() {
        return prompt;
    }

    /** Tokens that were chosen. */
    int chosen() {
        return length - prompt;
    }

    int[] ids(int from, int to) {
        return Arrays.copyOfRange(ids, from, to);
    }

    /** Chooses a token; {@link #add} is to follow. */
    int choose(float[] scores) {
        return choose(scores, List.of());
    }

    /** The same where some tokens may stand between the text and the one that is chosen. */
    int choose(float[] scores, List<Integer> between) {
        int[] seen = Arrays.copyOf(ids, length + between.size());
        for (int i = 0; i < between.size(); i++) {
            seen[length + i] = between.get(i);
        }
        return sampling.choose(scores, seen, rng);
    }

    /** Whether the text is over with this token. */
    boolean ends(int id) {
        return pieces.ends(id);
    }

    /** Adds a token; whether the text goes on. */
    boolean add(int id) {
        if (ends(id)) {
            return false;
        }
        ids[length++] = id;
        boolean ended = text.add(fromNothing && chosen() == 1 ? pieces.firstBytes(id) : pieces.bytes(id));
        return !ended && length < ids.length;
    }

    /** Gives out what is left; the whole text. */
    String end() {
        text.end();
        return text.text();
    }
}
