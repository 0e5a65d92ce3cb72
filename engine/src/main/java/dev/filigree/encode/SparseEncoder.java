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
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A trained sparse encoder. Its terms are the words of a {@link Bm25}, which analyses texts; a model below and a head weigh the terms
 * of documents, and those of queries where the recipe says so: else a query costs what BM25's costs. The model is opened when it is first
 * needed. Safe for many threads.
 */
public final class SparseEncoder implements TextEncoding {

    /** The file by which its folder is known. */
    public static final String FILE = EncoderFolder.FILE;

    private final EncoderRecipe recipe;
    private final Bm25 lexical;
    private final int window;
    private final int longest;
    private final float[] idf;
    private final Supplier<Opened> opening;
    private final Home home;
    private Opened opened;

    /**
     * What reads texts.
     *
     * @param below     the model itself, or another one in its place
     * @param tokenizer the content of the {@code tokenizer.json} of {@code model}
     */
    record Opened(SentenceEncoder model, Bert below, byte[] tokenizer, SparseHead head, Cutter cutter) {

        private Opened on(Bert other) {
            return new Opened(model, other, tokenizer, head, cutter);
        }
    }

    /**
     * Where an encoder was read from.
     *
     * @param folder    null for one that was trained just now
     * @param elsewhere where the model lies, if the folder is that of an index which keeps no more than queries need
     * @param whole     whether an index is to keep all of it
     */
    record Home(Path folder, Optional<Elsewhere> elsewhere, boolean whole) {

        static final Home NONE = new Home(null, Optional.empty(), true);
    }

    SparseEncoder(EncoderRecipe recipe, SentenceEncoder model, byte[] tokenizer, Bm25 lexical, SparseHead head, int window, int longest) {
        this(recipe, lexical, window, longest, () -> new Opened(model, model.model(), tokenizer, head, new Cutter(model, lexical.analyzer(), lexical.vocabulary(), longest)), Home.NONE);
    }

    SparseEncoder(EncoderRecipe recipe, Bm25 lexical, int window, int longest, Supplier<Opened> opening, Home home) {
        this.recipe = recipe;
        this.lexical = lexical;
        this.window = window;
        this.longest = longest;
        this.idf = idf(lexical);
        this.opening = opening;
        this.home = home;
    }

    /**
     * Reads what {@link #store} or {@link #save} wrote; closing it closes the model below.
     *
     * @param analyzers gives the analyzer of a name
     * @throws dev.filigree.base.UserError when files are missing or malformed: of the model when it is first needed
     */
    public static SparseEncoder open(Path folder, Function<String, ? extends Function<String, List<String>>> analyzers, int threads) {
        return EncoderFolder.open(folder, analyzers, threads);
    }

    /** The same, with a model of its own; an index keeps all of it. */
    public SparseEncoder kept() {
        return home.whole ? this : new SparseEncoder(recipe, lexical, window, longest, opening, new Home(home.folder, home.elsewhere, true));
    }

    private synchronized Opened opened() {
        if (opened == null) {
            opened = opening.get();
        }
        return opened;
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
        return opened().model;
    }

    /** The content of the {@code tokenizer.json} of what is below. */
    public byte[] tokenizer() {
        return opened().tokenizer;
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
        return opened().cutter.cut(text).ids();
    }

    /** The same head on another model of the same kind, such as a pruned one; this encoder stays open as long as it is used. */
    public SparseEncoder on(Bert other) {
        return new SparseEncoder(recipe, lexical, window, longest, () -> opened().on(other), Home.NONE);
    }

    Bert below() {
        return opened().below;
    }

    /** The plan that the model below replays; empty for one that it was not made for. */
    Optional<Plan> plan() {
        return below() == model().model() ? model().plan() : Optional.empty();
    }

    /** Resident bytes of all weights, those of the head included. */
    public long weightBytes() {
        return Stream.concat(below().params().stream(), head().params().stream()).mapToLong((Held p) -> p.forward().bytes()).sum();
    }

    SparseHead head() {
        return opened().head;
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
        return !recipe.weighted() ? ones(v) : pieces().isPresent() ? once(v) : v;
    }

    /** Of every term its idf, however often it occurs, as a table of tokens has it. */
    private SparseVector once(SparseVector v) {
        float[] w = new float[v.size()];
        for (int i = 0; i < w.length; i++) {
            w[i] = idf[v.terms()[i]];
        }
        return new SparseVector(v.terms(), w);
    }

    /** What cuts texts into terms, where these are the tokens of the model. */
    private Optional<WordPieces> pieces() {
        return lexical.analyzer() instanceof WordPieces p ? Optional.of(p) : Optional.empty();
    }

    static SparseVector ones(SparseVector v) {
        float[] w = new float[v.size()];
        Arrays.fill(w, 1);
        return new SparseVector(v.terms(), w);
    }

    private List<SparseVector> encode(List<String> texts, Side side, List<SparseVector> literal) {
        List<Cutter.Cut> cuts = texts.stream().map(opened().cutter::cut).toList();
        SparseVector[] out = new SparseVector[texts.size()];
        new States(below(), model().compute(), plan()).each(cuts.stream().map(Cutter.Cut::ids).toList(), (ops, which, x, spans) -> {
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
        try (Eager ops = new Eager(model().compute().single())) {
            return vectors(ops, recipe.document(), documents, recipe.literal() ? literal : null);
        }
    }

    private List<SparseVector> vectors(Eager ops, Side side, Reading reading, List<SparseVector> literal) {
        Value scores = head().scores(ops, side, reading.states(), reading.spans());
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
        return MaskedPass.vector(weights);
    }

    /** Stores all of it: {@link #open} reads it again, and {@link MaskedEncoder#open} where terms are tokens. */
    public void store(Path folder) {
        pieces().ifPresentOrElse(p -> ModulesExport.write(folder, this, p), () -> EncoderFolder.write(folder, this));
    }

    /**
     * Stores all of it but the model below.
     *
     * @param below writes that one, as a Hugging Face folder
     */
    public void store(Path folder, Consumer<Path> below) {
        EncoderFolder.write(folder, this, below);
    }

    /** Where a table reads queries and the encoder has a folder: the table, and where the folder is; else, and after {@link #kept}, all of it. */
    @Override
    public void save(Path folder) {
        if (byReference()) {
            EncoderFolder.writeQueries(folder, this);
            home.elsewhere.orElseGet(() -> Elsewhere.of(home.folder)).write(folder);
        } else {
            store(folder);
        }
    }

    private boolean byReference() {
        return !home.whole && recipe.document().needsModel() && !recipe.query().needsModel();
    }

    @Override
    public Optional<Path> outside() {
        return byReference() ? Optional.of(home.elsewhere.map(e -> Path.of(e.folder())).orElse(home.folder).toAbsolutePath()) : Optional.empty();
    }

    @Override
    public synchronized void close() {
        if (opened != null) {
            opened.model.close();
        }
    }
}
