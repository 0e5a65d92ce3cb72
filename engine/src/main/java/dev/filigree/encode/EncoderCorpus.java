package dev.filigree.encode;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.SparseVector;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Documents to learn from, as a model that stays as it is reads them: what it makes of them is computed once for all encoders that
 * are trained on it. For one thread at a time.
 */
public final class EncoderCorpus {

    /** Texts that a teacher reads together. */
    private static final int AT_ONCE = 256;

    private final SentenceEncoder model;
    private final byte[] tokenizer;
    private final Bm25 lexical;
    private final List<String> texts;
    private final int longest;
    private final Optional<MaskedHead> own;
    private final SentenceEncoder teacher;
    private final Watcher watcher;
    private final Cutter cutter;
    private final List<SparseVector> literal;
    private final float[] idf;
    private final Map<Side, Bank> documents = new EnumMap<>(Side.class);
    private final Map<Long, List<PseudoQueries.Made>> made = new HashMap<>();
    private final Map<Long, Map<Side, Bank>> asked = new HashMap<>();
    private float[][] rows;

    /** Is told what is read. */
    @FunctionalInterface
    public interface Watcher {

        /** @param done of {@code all} texts; may come from many threads */
        void read(String what, long done, long all);
    }

    /**
     * Documents of words.
     *
     * @param model     read and never changed; not closed
     * @param tokenizer the content of its {@code tokenizer.json}
     * @param lexical   whose words are the terms
     * @param texts     at least two with words
     * @param longest   tokens of a document that are read
     */
    public EncoderCorpus(SentenceEncoder model, byte[] tokenizer, Bm25 lexical, List<String> texts, int longest, Watcher watcher) {
        this(model, tokenizer, lexical, texts, longest, Optional.empty(), model, watcher);
    }

    /**
     * The same.
     *
     * @param own     the head with which the model guesses words, to begin with it; only where {@code lexical} cuts texts into its tokens
     * @param teacher whose vectors of texts are to be learned from; not closed
     */
    public EncoderCorpus(SentenceEncoder model, byte[] tokenizer, Bm25 lexical, List<String> texts, int longest, Optional<MaskedHead> own, SentenceEncoder teacher, Watcher watcher) {
        if (own.isPresent() && !(lexical.analyzer() instanceof WordPieces)) {
            throw new IllegalArgumentException("the head of a model scores its tokens, and terms are words");
        }
        this.own = own;
        this.teacher = teacher;
        this.model = model;
        this.tokenizer = tokenizer;
        this.lexical = lexical;
        this.texts = List.copyOf(texts);
        this.longest = longest;
        this.watcher = watcher;
        this.cutter = new Cutter(model, lexical.analyzer(), lexical.vocabulary(), longest);
        this.literal = lexical.documents(texts);
        this.idf = SparseEncoder.idf(lexical);
    }

    SentenceEncoder model() {
        return model;
    }

    byte[] tokenizer() {
        return tokenizer;
    }

    Bm25 lexical() {
        return lexical;
    }

    /** The head to begin with. */
    Optional<MaskedHead> own() {
        return own;
    }

    /** Where terms are tokens, the id of each term. */
    int[] tokens() {
        List<String> tokens = ((WordPieces) lexical.analyzer()).tokens();
        int[] ids = new int[idf.length];
        for (int id = 0; id < tokens.size(); id++) {
            int token = id;
            lexical.vocabulary().number(tokens.get(id)).ifPresent(term -> ids[term] = token);
        }
        return ids;
    }

    int longest() {
        return longest;
    }

    /** What BM25 gives to the documents. */
    public List<SparseVector> literal() {
        return literal;
    }

    float[] idf() {
        return idf;
    }

    /** Different words of an average document. */
    double words() {
        return literal.stream().mapToInt(SparseVector::size).average().orElse(0);
    }

    Bank documents(Side side) {
        if (!side.needsModel() && !documents.isEmpty()) {
            return documents.values().iterator().next(); // of which only the vectors of whole texts are asked
        }
        return documents.computeIfAbsent(side, s -> read(texts, s, "documents"));
    }

    /** Queries made of the documents. */
    List<PseudoQueries.Made> made(long seed) {
        return made.computeIfAbsent(seed, s -> {
            List<PseudoQueries.Made> all = PseudoQueries.of(texts, cutter, idf, new Rng(s).split("pseudo-queries"));
            if (texts.size() < 2 || all.isEmpty()) {
                throw new UserError("corpus: found " + texts.size() + " documents, of which " + all.size()
                        + " queries can be made; expected at least two documents of some words");
            }
            return all;
        });
    }

    Bank asked(long seed, Side side) {
        return asked.computeIfAbsent(seed, s -> new EnumMap<>(Side.class)).computeIfAbsent(side, s -> read(made(seed).stream().map(PseudoQueries.Made::text).toList(), s, "queries"));
    }

    private Bank read(List<String> some, Side side, String what) {
        AtomicLong done = new AtomicLong();
        Bank bank = Bank.of(model, some.stream().map(cutter::cut).toList(), side, n -> watcher.read(what, done.addAndGet(n), some.size()));
        return teacher == model ? bank : new Bank(bank.hidden(), bank.states(), bank.terms(), taught(some, what));
    }

    private float[][] taught(List<String> some, String what) {
        float[][] whole = new float[some.size()][];
        for (int from = 0; from < whole.length; from += AT_ONCE) {
            int to = Math.min(whole.length, from + AT_ONCE);
            float[][] vectors = teacher.embed(some.subList(from, to));
            for (int i = from; i < to; i++) {
                whole[i] = Bank.unit(vectors[i - from]);
            }
            watcher.read(what + ", teacher", to, whole.length);
        }
        return whole;
    }

    /** How a table of terms begins, see {@link WarmStart}. */
    float[][] rows() {
        if (rows == null) {
            AtomicLong done = new AtomicLong();
            rows = WarmStart.rows(model, cutter, texts, idf.length, (n, all) -> watcher.read("words", done.addAndGet(n), all));
        }
        return rows;
    }

    /** The vectors that an encoder of the same model and words gives to the documents, from states in binary16: nearly those that it gives to their texts. */
    public List<SparseVector> encoded(SparseEncoder encoder) {
        Side side = encoder.recipe().document();
        if (!side.needsModel()) {
            return literal.stream().map(SparseEncoder::ones).toList();
        }
        Bank bank = documents(side);
        SparseVector[] out = new SparseVector[texts.size()];
        int step = side == Side.CLS_MLM ? 64 : 4;
        encoder.model().compute().parallel().run(Math.ceilDiv(out.length, step), task -> {
            int from = task * step;
            int to = Math.min(out.length, from + step);
            List<SparseVector> some = encoder.fromStates(bank.reading(IntStream.range(from, to).toArray()), literal.subList(from, to));
            for (int i = from; i < to; i++) {
                out[i] = some.get(i - from);
            }
        });
        return List.of(out);
    }
}
