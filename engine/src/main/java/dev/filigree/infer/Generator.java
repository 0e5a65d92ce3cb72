package dev.filigree.infer;

import dev.filigree.infer.policy.Spent;
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
        Continuation text = new Continuation(model, prompt, most, sampling, stop, seed, out);
        try (Decoding sequence = model.decoding(text.room())) {
            sequence.whole(text.prompt()); // many tokens at once need every weight anyway: nothing would be saved
            long start = System.nanoTime();
            sequence.read(text.ids(0, text.prompt() - 1));
            float[] scores = sequence.next(text.ids(text.prompt() - 1, text.prompt())[0]);
            long first = System.nanoTime();
            for (int id = text.choose(scores); text.add(id); id = text.choose(scores)) {
                scores = sequence.next(id);
            }
            double seconds = (System.nanoTime() - first) * 1e-9;
            return new Outcome(text.prompt(), (first - start) * 1e-9, text.chosen(), seconds, sequence.bytes(), text.end(), sequence.spent());
        }
    }
}
