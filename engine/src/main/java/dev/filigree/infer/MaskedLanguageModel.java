package dev.filigree.infer;

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
import java.util.List;
import java.util.stream.IntStream;

/** A model that guesses words that were hidden, ready to be judged. */
public final class MaskedLanguageModel implements AutoCloseable {

    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String MASK = "[MASK]";

    private final Arena arena = Arena.ofShared();
    private final Compute compute;
    private final MaskedLm model;
    private final TextTokenizer tokenizer;
    private final int mask;

    /** Copies what it needs out of {@code stored}, which may be closed afterwards. */
    public MaskedLanguageModel(StoredEncoder stored, int threads) {
        this(stored, 0, threads);
    }

    /** @param longest tokens of a text; 0 for as many as the model can take */
    public MaskedLanguageModel(StoredEncoder stored, int longest, int threads) {
        try {
            WeightReader reader = new WeightReader(stored.weights(), arena);
            boolean tied = !stored.weights().has(MaskedLm.DECODER);
            Bert.Source source = (name, rows, cols) -> reader.weight(name, rows, cols, cols > 1 && (tied && name.equals(WORDS) || !name.startsWith("embeddings.")));
            this.model = new MaskedLm(new Bert(stored.config(), source), source, tied);
            this.tokenizer = stored.openTokenizer(longest == 0 ? stored.config().maxPositions() : longest);
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
            return IntStream.range(0, places.length).map(p -> MaskedLoss.best(scores.token(p))).toArray();
        }
    }

    /** Judges the model as it is at that time: it may be pruned between. */
    public MaskedLoss judge() {
        return new MaskedLoss(compute, model, mask);
    }

    @Override
    public void close() {
        compute.parallel().close();
        tokenizer.close();
        arena.close();
    }
}
