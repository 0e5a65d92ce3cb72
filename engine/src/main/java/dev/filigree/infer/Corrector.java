package dev.filigree.infer;

import dev.filigree.base.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Goes on with a text under a policy and lets the whole model look after it (Sirius, Zhou et al. 2024, arXiv:2409.03856): the policy drafts a block of
 * tokens, the whole model reads them at once over the same keys and values, which it writes anew, and the block stays up to the first token with
 * {@code softmax(scores / temperature)[token] < least}. What follows what stayed is chosen from the whole model's scores.
 *
 * @param model under a policy
 * @param rule  when a drafted token stays
 * @param block tokens that are drafted before they are looked at
 */
public record Corrector(LanguageModel model, Rule rule, int block, Sampling sampling, List<String> stop, long seed) {

    /** Tokens of a block, the paper's. */
    public static final int BLOCK = 16;

    /**
     * When a drafted token stays.
     *
     * @param least       probability that the whole model gives it
     * @param temperature its scores are divided by this; 0 for whether it is the likeliest, which makes greedy text that of the whole model
     *                    (speculative decoding, Leviathan et al. 2022, arXiv:2211.17192)
     */
    public record Rule(double least, double temperature) {

        /** The paper's. */
        public static final Rule SIRIUS = new Rule(0.1, 0.6);
        public static final Rule EXACT = new Rule(1, 0);

        public Rule {
            if (!(least >= 0 && least <= 1) || !(temperature >= 0 && temperature <= 100)) {
                throw new UserError("correction: found a least probability of " + least + " at a temperature of " + temperature + ", expected 0 to 1 and 0 to 100");
            }
        }

        /** By the name that a person gave. */
        public static Rule of(String name) {
            return switch (name) {
                case "sirius" -> SIRIUS;
                case "exact" -> EXACT;
                default -> throw new UserError("--correct: found " + name + ", expected sirius or exact");
            };
        }

        /** Whether a token stays, given what the whole model says of its place. */
        boolean keeps(float[] scores, int id) {
            double most = Double.NEGATIVE_INFINITY;
            for (float s : scores) {
                most = Math.max(most, s);
            }
            if (temperature == 0) {
                return scores[id] == most;
            }
            double sum = 0;
            for (float s : scores) {
                sum += Math.exp((s - most) / temperature);
            }
            return Math.exp((scores[id] - most) / temperature) / sum >= least;
        }
    }

    /**
     * What it took.
     *
     * @param text    as without correction
     * @param drafted tokens that were computed under the policy
     * @param passes  of the whole model over a block
     * @param kept    tokens of blocks that stayed
     */
    public record Outcome(Generator.Outcome text, int drafted, int passes, int kept) {

        /** Tokens of a block that stay, on average. */
        public double accepted() {
            return (double) kept / passes;
        }

        /** Weights read for each token that stayed, as a share of those that the whole model reads: drafts by what the policy reads, a pass as one. */
        public double density() {
            double share = text.spent().orElseThrow().share();
            return (drafted * (1 - share) + passes) / kept;
        }
    }

    public Corrector {
        stop = List.copyOf(stop);
        if (model.gates().isEmpty()) {
            throw new UserError("--correct: found no policy, whose text it would correct; give one with --policy");
        }
        if (block < 2) {
            throw new UserError("correction: found blocks of " + block + " tokens, expected at least 2");
        }
    }

    /** As {@link Generator#run}; characters come a block at a time. */
    public Outcome run(String prompt, int most, Consumer<String> out) {
        Continuation text = new Continuation(model, prompt, most, sampling, stop, seed, out);
        try (Decoding sequence = model.decoding(text.room() + block)) {
            sequence.whole(text.prompt());
            long start = System.nanoTime();
            sequence.read(text.ids(0, text.prompt() - 1));
            float[] sure = sequence.next(text.ids(text.prompt() - 1, text.prompt())[0]); // the whole model's, of what comes next
            long first = System.nanoTime();
            int drafted = 0;
            int passes = 0;
            int kept = 0;
            for (boolean goesOn = true; goesOn;) {
                int before = sequence.length();
                List<Integer> ids = draft(sequence, text, sure);
                drafted += sequence.length() - before;
                sequence.cut(before);
                sequence.whole(before + ids.size());
                float[][] scores = sequence.scores(ids.stream().mapToInt(Integer::intValue).toArray());
                passes++;
                int stay = 1; // the first was chosen from the whole model's scores
                while (stay < ids.size() && rule.keeps(scores[stay - 1], ids.get(stay))) {
                    stay++;
                }
                sequence.cut(before + stay);
                sequence.whole(before + stay);
                sure = scores[stay - 1];
                for (int i = 0; i < stay && goesOn; i++) {
                    goesOn = text.add(ids.get(i));
                    kept++;
                }
            }
            double seconds = (System.nanoTime() - first) * 1e-9;
            Generator.Outcome o = new Generator.Outcome(text.prompt(), (first - start) * 1e-9, text.chosen(), seconds, sequence.bytes(), text.end(), sequence.spent());
            return new Outcome(o, drafted, passes, kept);
        }
    }

    /** Tokens that may follow: the first from scores of the whole model, each other under the policy; fewer than a block where the text would end. */
    private List<Integer> draft(Decoding sequence, Continuation text, float[] sure) {
        List<Integer> ids = new ArrayList<>();
        int room = Math.min(block, text.room() - text.length());
        float[] scores = sure;
        while (true) {
            int id = text.choose(scores, ids);
            ids.add(id);
            if (ids.size() == room || text.ends(id)) {
                return ids;
            }
            scores = sequence.next(id);
        }
    }
}
