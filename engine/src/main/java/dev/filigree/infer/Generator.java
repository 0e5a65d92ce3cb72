package dev.filigree.infer;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.policy.Spent;
import dev.filigree.io.Pieces;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Goes on with a text.
 *
 * @param stop texts at which it ends; they are not given out
 */
public record Generator(LanguageModel model, Sampling sampling, List<String> stop, long seed) {

    public Generator {
        stop = List.copyOf(stop);
        if (stop.stream().anyMatch(String::isEmpty)) {
            throw new UserError("--stop: found an empty text, expected some characters");
        }
    }

    public Generator(LanguageModel model, Sampling sampling, long seed) {
        this(model, sampling, List.of(), seed);
    }

    /**
     * What it took.
     *
     * @param prompt        tokens of it, the one that begins every sequence included
     * @param promptSeconds until the first token could be chosen
     * @param tokens        that were chosen
     * @param seconds       for all but the first of them
     * @param memory        bytes of remembered keys and values
     * @param text          prompt not included
     * @param spent         what the policy left out, empty without one
     */
    public record Outcome(int prompt, double promptSeconds, int tokens, double seconds, long memory, String text, Optional<Spent> spent) {

        /** Tokens of the prompt in a second. */
        public double promptSpeed() {
            return prompt / promptSeconds;
        }

        /** Tokens in a second; NaN for fewer than two. */
        public double speed() {
            return tokens < 2 ? Double.NaN : (tokens - 1) / seconds;
        }
    }

    /**
     * Goes on with {@code prompt} by at most {@code most} tokens, or to the end of the model's context, its own end or a stop text.
     * Under a policy the prompt is read whole, and tokens after it are computed under the policy.
     *
     * @param out is given the characters as they come
     */
    public Outcome run(String prompt, int most, Consumer<String> out) {
        Pieces pieces = model.pieces();
        int[] given = pieces.opening(prompt);
        int context = model.config().context();
        if (most < 1) {
            throw new UserError("-n: found " + most + ", expected at least 1 token");
        }
        if (given.length >= context) {
            throw new UserError("prompt: found " + given.length + " tokens, expected fewer than the model's context of " + context);
        }
        int room = Math.min(context, given.length + most);
        int[] ids = Arrays.copyOf(given, room);
        int length = given.length;
        Rng rng = new Rng(seed).split("sampling");
        Held held = new Held(out, stop);
        try (Decoding sequence = model.decoding(room)) {
            sequence.whole(length); // many tokens at once need every weight anyway: nothing would be saved
            long start = System.nanoTime();
            sequence.read(Arrays.copyOf(ids, length - 1));
            float[] scores = sequence.next(ids[length - 1]);
            long first = System.nanoTime();
            int chosen = 0;
            while (length < room) {
                int id = sampling.choose(scores, Arrays.copyOf(ids, length), rng);
                if (pieces.ends(id)) {
                    break;
                }
                ids[length] = id;
                chosen++;
                boolean ended = held.add(prompt.isEmpty() && chosen == 1 ? pieces.firstBytes(id) : pieces.bytes(id));
                length++;
                if (ended || length == room) {
                    break;
                }
                scores = sequence.next(id);
            }
            double seconds = (System.nanoTime() - first) * 1e-9;
            held.end();
            return new Outcome(given.length, (first - start) * 1e-9, chosen, seconds, sequence.bytes(), held.text(), sequence.spent());
        }
    }

    /** Gives characters out, but for those that may be the beginning of a stop text. */
    private static final class Held {

        private final Characters characters = new Characters();
        private final Consumer<String> out;
        private final List<String> stop;
        private final StringBuilder all = new StringBuilder();
        private int given;

        Held(Consumer<String> out, List<String> stop) {
            this.out = out;
            this.stop = stop;
        }

        /** Whether a stop text has come. */
        boolean add(byte[] bytes) {
            all.append(characters.add(bytes));
            for (String s : stop) {
                int at = all.indexOf(s, Math.max(0, given - s.length()));
                if (at >= 0) {
                    all.setLength(Math.max(at, given));
                    give(all.length());
                    return true;
                }
            }
            int safe = all.length();
            for (String s : stop) {
                for (int n = Math.min(s.length() - 1, all.length()); n > 0; n--) {
                    if (s.startsWith(all.substring(all.length() - n))) {
                        safe = Math.min(safe, all.length() - n);
                        break;
                    }
                }
            }
            give(safe);
            return false;
        }

        void end() {
            all.append(characters.end());
            give(all.length());
        }

        String text() {
            return all.toString();
        }

        private void give(int to) {
            if (to > given) {
                out.accept(all.substring(given, to));
                given = to;
            }
        }
    }
}
