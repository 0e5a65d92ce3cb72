package dev.filigree.infer;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.StoredEncoder;
import dev.filigree.io.TextTokenizer;
import dev.filigree.io.WeightReader;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Bert;
import dev.filigree.model.MaskedLm;
import dev.filigree.model.MaskedLm.Masked;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Value;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** A model that guesses words that were hidden, ready to be judged. */
public final class MaskedLanguageModel implements AutoCloseable {

    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String MASK = "[MASK]";
    /** Tokens of a batch. */
    private static final int BATCH = 1024;

    private final Arena arena = Arena.ofShared();
    private final Compute compute;
    private final MaskedLm model;
    private final TextTokenizer tokenizer;
    private final int mask;

    /** Copies what it needs out of {@code stored}, which may be closed afterwards. */
    public MaskedLanguageModel(StoredEncoder stored, int threads) {
        try {
            WeightReader reader = new WeightReader(stored.weights(), arena);
            Bert.Source source = (name, rows, cols) -> reader.weight(name, rows, cols, cols > 1 && (name.equals(WORDS) || !name.startsWith("embeddings.")));
            this.model = new MaskedLm(new Bert(stored.config(), source), source);
            this.tokenizer = stored.openTokenizer(stored.config().maxPositions());
            this.mask = tokenizer.ids(MASK)[1];
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        this.compute = Compute.of(threads);
    }

    public MaskedLm model() {
        return model;
    }

    public Compute compute() {
        return compute;
    }

    /** Token ids of a text, from [CLS] to [SEP]; [MASK] is one token. */
    public int[] ids(String text) {
        return tokenizer.ids(text);
    }

    /** The likeliest token at each [MASK] of a text. */
    public int[] guesses(String text) {
        int[] ids = ids(text);
        int[] places = IntStream.range(0, ids.length).filter(i -> ids[i] == mask).toArray();
        if (places.length == 0) {
            throw new UserError("text: found no " + MASK + ", expected at least one");
        }
        try (Eager ops = new Eager(compute)) {
            Value scores = model.forward(ops, new Masked(Tokens.of(List.of(ids)), places));
            return IntStream.range(0, places.length).map(p -> {
                float[] s = scores.token(p);
                return IntStream.range(0, s.length).reduce(0, (a, b) -> s[b] > s[a] ? b : a);
            }).toArray();
        }
    }

    /**
     * What was found.
     *
     * @param loss   mean of -ln of the probability of the hidden token, in nats
     * @param hidden tokens that were hidden
     * @param tokens that could have been
     */
    public record Outcome(double loss, int hidden, int tokens) {
    }

    /**
     * Hides tokens of each sequence but the first and last, {@code share} of them and at least one, drawn without return, and puts [MASK] in the place
     * of every one (the model was trained with some left or replaced by others, which this does not do).
     *
     * @param sequences from [CLS] to [SEP]; those without a token between are left out
     * @param progress  is told how many sequences were judged since the last time
     */
    public Outcome loss(List<int[]> sequences, double share, long seed, IntConsumer progress) {
        List<int[]> some = sequences.stream().filter(s -> s.length > 2).toList();
        if (some.isEmpty() || !(share > 0 && share <= 1)) {
            throw new UserError("masked words: found " + some.size() + " texts and a share of " + share + " to hide, expected at least one, and above 0, at most 1");
        }
        Rng rng = new Rng(seed).split("masks");
        double sum = 0;
        int hidden = 0;
        int tokens = 0;
        try (Eager ops = new Eager(compute)) {
            for (int from = 0; from < some.size();) {
                int to = from;
                int length = 0;
                while (to < some.size() && (to == from || length + some.get(to).length <= BATCH)) {
                    length += some.get(to++).length;
                }
                Tokens whole = Tokens.of(some.subList(from, to));
                int[] places = places(whole, share, rng);
                int[] ids = whole.ids().clone();
                Arrays.stream(places).forEach(p -> ids[p] = mask);
                Value scores = model.forward(ops, new Masked(new Tokens(ids, whole.spans()), places));
                for (int p = 0; p < places.length; p++) {
                    sum -= Perplexity.likelihood(scores.token(p), whole.ids()[places[p]]);
                }
                ops.release(scores);
                hidden += places.length;
                tokens += length - 2 * (to - from);
                progress.accept(to - from);
                from = to;
            }
        }
        return new Outcome(sum / hidden, hidden, tokens);
    }

    private static int[] places(Tokens whole, double share, Rng rng) {
        return IntStream.range(0, whole.spans().count()).flatMap(s -> {
            int inner = whole.spans().length(s) - 2;
            int[] order = rng.permutation(inner);
            return Arrays.stream(order).limit(Math.max(1, Math.round(share * inner))).map(i -> whole.spans().start()[s] + 1 + i).sorted();
        }).toArray();
    }

    @Override
    public void close() {
        compute.parallel().close();
        tokenizer.close();
        arena.close();
    }
}
