package dev.filigree.infer;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.MaskedLm;
import dev.filigree.model.MaskedLm.Masked;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * How well a model finds tokens that were hidden.
 *
 * @param mask the token that hides others
 */
public record MaskedLoss(Compute compute, MaskedLm model, int mask) {

    /** Tokens of a batch. */
    private static final int BATCH = 1024;

    /**
     * What was found, of one sequence or of many.
     *
     * @param sum    of -ln of the probability of each hidden token, in nats
     * @param right  hidden tokens that were the likeliest
     * @param hidden tokens that were hidden
     * @param tokens that could have been
     */
    public record Outcome(double sum, int right, int hidden, int tokens) {

        /** Of several together. */
        public static Outcome of(List<Outcome> all) {
            return new Outcome(all.stream().mapToDouble(Outcome::sum).sum(), all.stream().mapToInt(Outcome::right).sum(), all.stream().mapToInt(Outcome::hidden).sum(),
                    all.stream().mapToInt(Outcome::tokens).sum());
        }

        /** {@code -sum_i ln p_i / hidden}, in nats. */
        public double loss() {
            return sum / hidden;
        }

        /** The share of hidden tokens that were the likeliest. */
        public double found() {
            return right / (double) hidden;
        }
    }

    /**
     * Hides tokens of each sequence but the first and last, {@code share} of them and at least one, drawn without return, and puts [MASK] in the place
     * of every one (the model was trained with some left or replaced by others, which this does not do).
     *
     * @param sequences from [CLS] to [SEP]; those without a token between are left out
     * @param progress  is told how many sequences were judged since the last time
     * @return one for each sequence that was not left out
     */
    public List<Outcome> each(List<int[]> sequences, double share, long seed, IntConsumer progress) {
        List<int[]> some = sequences.stream().filter(s -> s.length > 2).toList();
        if (some.isEmpty() || !(share > 0 && share <= 1)) {
            throw new UserError("masked words: found " + some.size() + " texts and a share of " + share + " to hide, expected at least one, and above 0, at most 1");
        }
        Rng rng = new Rng(seed).split("masks");
        List<Outcome> all = new ArrayList<>();
        try (Eager ops = new Eager(compute)) {
            for (int from = 0; from < some.size();) {
                int to = from;
                int length = 0;
                while (to < some.size() && (to == from || length + some.get(to).length <= BATCH)) {
                    length += some.get(to++).length;
                }
                all.addAll(judge(ops, Tokens.of(some.subList(from, to)), share, rng));
                progress.accept(to - from);
                from = to;
            }
        }
        return all;
    }

    private List<Outcome> judge(Eager ops, Tokens whole, double share, Rng rng) {
        List<int[]> hidden = IntStream.range(0, whole.size()).mapToObj(s -> places(whole, s, share, rng)).toList();
        int[] places = hidden.stream().flatMapToInt(Arrays::stream).toArray();
        int[] ids = whole.ids().clone();
        Arrays.stream(places).forEach(p -> ids[p] = mask);
        Value scores = model.forward(ops, new Masked(new Tokens(ids, whole.spans()), places));
        List<Outcome> all = new ArrayList<>();
        int p = 0;
        for (int s = 0; s < hidden.size(); s++) {
            double sum = 0;
            int right = 0;
            for (int place : hidden.get(s)) {
                float[] of = scores.token(p++);
                sum -= Perplexity.likelihood(of, whole.ids()[place]);
                right += best(of) == whole.ids()[place] ? 1 : 0;
            }
            all.add(new Outcome(sum, right, hidden.get(s).length, whole.spans().length(s) - 2));
        }
        ops.release(scores);
        return all;
    }

    /** The likeliest token, of equal ones the first. */
    static int best(float[] scores) {
        return IntStream.range(0, scores.length).reduce(0, (a, b) -> scores[b] > scores[a] ? b : a);
    }

    private static int[] places(Tokens whole, int sequence, double share, Rng rng) {
        int inner = whole.spans().length(sequence) - 2;
        return Arrays.stream(rng.permutation(inner)).limit(Math.max(1, Math.round(share * inner))).map(i -> whole.spans().start()[sequence] + 1 + i).sorted().toArray();
    }
}
