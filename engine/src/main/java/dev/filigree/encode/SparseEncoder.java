package dev.filigree.encode;

import dev.filigree.encode.LessonBatch.Reading;
import dev.filigree.infer.Plan;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.model.Bert;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Held;
import dev.filigree.ops.Value;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.Vocabulary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A trained sparse encoder. Its terms are the words of a {@link Bm25}, which analyses texts; a model below and a head weigh the terms
 * of documents, and those of queries where the recipe says so: else a query costs what BM25's costs. Safe for many threads.
 */
public final class SparseEncoder implements TextEncoding {

    /** The file by which its folder is known. */
    public static final String FILE = EncoderFolder.FILE;

    private final EncoderRecipe recipe;
    private final SentenceEncoder model;
    private final Bert below;
    private final byte[] tokenizer;
    private final Bm25 lexical;
    private final Cutter cutter;
    private final SparseHead head;
    private final int window;
    private final int longest;
    private final float[] idf;

    /** @param tokenizer the content of the {@code tokenizer.json} of {@code model} */
    SparseEncoder(EncoderRecipe recipe, SentenceEncoder model, byte[] tokenizer, Bm25 lexical, SparseHead head, int window, int longest) {
        this(recipe, model, model.model(), tokenizer, lexical, head, window, longest);
    }

    private SparseEncoder(EncoderRecipe recipe, SentenceEncoder model, Bert below, byte[] tokenizer, Bm25 lexical, SparseHead head, int window, int longest) {
        this.recipe = recipe;
        this.model = model;
        this.below = below;
        this.tokenizer = tokenizer;
        this.lexical = lexical;
        this.cutter = new Cutter(model, lexical.analyzer(), lexical.vocabulary(), longest);
        this.head = head;
        this.window = window;
        this.longest = longest;
        this.idf = idf(lexical);
    }

    /**
     * Reads what {@link #store} wrote; closing it closes the model below.
     *
     * @param analyzers gives the analyzer of a name
     * @throws dev.filigree.base.UserError when files are missing or malformed
     */
    public static SparseEncoder open(Path folder, Function<String, ? extends Function<String, List<String>>> analyzers, int threads) {
        return EncoderFolder.open(folder, analyzers, threads);
    }

    static float[] idf(Bm25 lexical) {
        float[] idf = new float[lexical.vocabulary().size()];
        for (int t = 0; t < idf.length; t++) {
            idf[t] = lexical.idf(t);
        }
        return idf;
    }

    public EncoderRecipe recipe() {
        return recipe;
    }

    /** Terms that a document gains at most, or has where nothing literal is kept; 0 for any number. */
    public int window() {
        return window;
    }

    /** What is below the head. */
    public SentenceEncoder model() {
        return model;
    }

    /** The content of the {@code tokenizer.json} of what is below. */
    public byte[] tokenizer() {
        return tokenizer;
    }

    int longest() {
        return longest;
    }

    /** The words that are its terms, and what they weigh in a query. */
    public Bm25 lexical() {
        return lexical;
    }

    /** The pieces of a text that the model below reads. */
    public int[] tokens(String text) {
        return cutter.cut(text).ids();
    }

    /** The same head on another model of the same kind, such as a pruned one; this encoder stays open as long as it is used. */
    public SparseEncoder on(Bert other) {
        return new SparseEncoder(recipe, model, other, tokenizer, lexical, head, window, longest);
    }

    Bert below() {
        return below;
    }

    /** The plan that the model below replays; empty for one that it was not made for. */
    Optional<Plan> plan() {
        return below == model.model() ? model.plan() : Optional.empty();
    }

    /** Resident bytes of all weights, those of the head included. */
    public long weightBytes() {
        return Stream.concat(below.params().stream(), head.params().stream()).mapToLong((Held p) -> p.forward().bytes()).sum();
    }

    SparseHead head() {
        return head;
    }

    @Override
    public String name() {
        return "sparse-encoder";
    }

    @Override
    public Vocabulary vocabulary() {
        return lexical.vocabulary();
    }

    @Override
    public List<SparseVector> documents(List<String> texts) {
        List<SparseVector> literal = lexical.documents(texts);
        if (!recipe.document().needsModel()) {
            return literal.stream().map(SparseEncoder::ones).toList();
        }
        return encode(texts, recipe.document(), recipe.literal() ? literal : null);
    }

    @Override
    public SparseVector query(String text) {
        return recipe.query().needsModel() ? encode(List.of(text), recipe.query(), null).getFirst() : table(text);
    }

    /** The vector that the table gives to a query. */
    SparseVector table(String text) {
        SparseVector v = lexical.query(text);
        return recipe.weighted() ? v : ones(v);
    }

    static SparseVector ones(SparseVector v) {
        float[] w = new float[v.size()];
        Arrays.fill(w, 1);
        return new SparseVector(v.terms(), w);
    }

    private List<SparseVector> encode(List<String> texts, Side side, List<SparseVector> literal) {
        List<Cutter.Cut> cuts = texts.stream().map(cutter::cut).toList();
        SparseVector[] out = new SparseVector[texts.size()];
        new States(below, model.compute(), plan()).each(cuts.stream().map(Cutter.Cut::ids).toList(), (ops, which, x, spans) -> {
            List<Cutter.Cut> some = which.stream().map(cuts::get).toList();
            List<SparseVector> vectors = vectors(ops, side, new Reading(x, spans, side == Side.MLP ? terms(some) : null), literal == null ? null : which.stream().map(literal::get).toList());
            for (int i = 0; i < which.size(); i++) {
                out[which.get(i)] = vectors.get(i);
            }
        });
        return Arrays.asList(out);
    }

    /** The term that begins at each token, -1 for none. */
    private static int[] terms(List<Cutter.Cut> cuts) {
        int[] terms = new int[cuts.stream().mapToInt(c -> c.ids().length).sum()];
        Arrays.fill(terms, -1);
        int at = 0;
        for (Cutter.Cut c : cuts) {
            for (int i = 0; i < c.places().length; i++) {
                terms[at + c.places()[i]] = c.terms()[i];
            }
            at += c.ids().length;
        }
        return terms;
    }

    /** The vectors of documents whose states are known. */
    List<SparseVector> fromStates(Reading documents, List<SparseVector> literal) {
        try (Eager ops = new Eager(model.compute().single())) {
            return vectors(ops, recipe.document(), documents, recipe.literal() ? literal : null);
        }
    }

    private List<SparseVector> vectors(Eager ops, Side side, Reading reading, List<SparseVector> literal) {
        Value scores = head.scores(ops, side, reading.states(), reading.spans());
        float[][] weights = TermWeights.of(side, scores, reading, idf, window, literal).weights();
        ops.release(scores);
        List<SparseVector> out = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            out.add(vector(weights[i], literal == null ? null : literal.get(i)));
        }
        return out;
    }

    private static SparseVector vector(float[] weights, SparseVector literal) {
        for (int i = 0; literal != null && i < literal.size(); i++) {
            weights[literal.terms()[i]] += literal.weights()[i];
        }
        int[] terms = new int[weights.length];
        float[] live = new float[weights.length];
        int size = 0;
        for (int v = 0; v < weights.length; v++) {
            if (weights[v] > 0) {
                terms[size] = v;
                live[size++] = weights[v];
            }
        }
        return new SparseVector(Arrays.copyOf(terms, size), Arrays.copyOf(live, size));
    }

    /** Stores all of it: {@link #open} reads it again. */
    public void store(Path folder) {
        EncoderFolder.write(folder, this);
    }

    /**
     * Stores all of it but the model below.
     *
     * @param below writes that one, as a Hugging Face folder
     */
    public void store(Path folder, Consumer<Path> below) {
        EncoderFolder.write(folder, this, below);
    }

    /** Stores what turns queries into vectors; documents need what {@link #store} writes. */
    @Override
    public void save(Path folder) {
        store(folder);
    }

    @Override
    public void close() {
        model.close();
    }
}
