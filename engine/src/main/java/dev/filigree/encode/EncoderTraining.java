package dev.filigree.encode;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.kernel.Compute;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.tensor.Layout;
import dev.filigree.train.Adam;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Trains a sparse encoder on a corpus without labels. What the model below makes of documents and of queries made of them is computed
 * once; the head is trained on it. Everything is decided by corpus, recipe and seed, so a run that was stopped is
 * set up again and goes on from its state.
 */
public final class EncoderTraining implements AutoCloseable {

    private static final double WARMUP = 0.1;
    private static final double CLIP = 1;

    private final EncoderRecipe recipe;
    private final SparseEncoder encoder;
    private final Loop loop;

    /** Is told what is done before the first step. */
    @FunctionalInterface
    public interface Watcher {

        /** @param done of {@code all} texts */
        void read(String what, long done, long all);
    }

    /**
     * Gets everything ready.
     *
     * @param model     read and never changed; not closed
     * @param tokenizer the content of its {@code tokenizer.json}
     * @param texts    documents to learn from, at least two with words
     * @param longest  tokens of a document that are read
     */
    public EncoderTraining(EncoderRecipe recipe, SentenceEncoder model, byte[] tokenizer, Bm25 lexical, List<String> texts, Set<Teacher> teachers,
            int longest, long seed, Watcher watcher) {
        this.recipe = recipe;
        Rng rng = new Rng(seed).split("sparse encoder");
        Cutter cutter = new Cutter(model, lexical.analyzer(), lexical.vocabulary(), longest);
        List<SparseVector> literal = lexical.documents(texts);
        float[] idf = SparseEncoder.idf(lexical);
        List<PseudoQueries.Made> made = PseudoQueries.of(texts, cutter, idf, rng.split("queries"));
        if (texts.size() < 2 || made.isEmpty()) {
            throw new UserError("corpus: found " + texts.size() + " documents of which " + made.size() + " queries can be made, expected at least two documents of some words");
        }
        List<Cutter.Cut> cuts = texts.stream().map(cutter::cut).toList();
        List<Cutter.Cut> asked = made.stream().map(q -> cutter.cut(q.text())).toList();
        Bank documents = bank(model, cuts, recipe.document(), "documents", watcher);
        Bank queries = bank(model, asked, recipe.query(), "queries", watcher);
        double words = literal.stream().mapToInt(SparseVector::size).average().orElseThrow();
        int window = recipe.document().expands() ? recipe.window(words) : 0;
        SparseHead head = new SparseHead(recipe, model.dimension(), idf.length, model.config().pooling(), model.config().layerNormEps());
        WarmStart.of(model, cutter, texts, documents, recipe, idf.length, head, done -> watcher.read("words", done, -1));
        this.encoder = new SparseEncoder(recipe, model, tokenizer, lexical, head, window, longest);
        List<SparseVector> lexicalQueries = made.stream().map(q -> lexical.query(q.text())).toList();
        List<SparseVector> tables = made.stream().map(q -> encoder.table(q.text())).toList();
        LessonBatches.Material material = new LessonBatches.Material(made, tables, lexicalQueries, queries, literal, documents);
        Compute compute = model.compute();
        this.loop = new Loop(compute, head, new Setup(new LessonStep(recipe, idf, window), new LessonBatches(recipe, compute.parallel(), teachers, material, idf.length, rng.split("order")),
                new Adam(0.9, 0.99, 1e-8, 0), recipe.rate(), new Rates.Linear(WARMUP), CLIP, recipe.steps(), Layout.CSR, List.of(), rng.split("training")));
    }

    private static Bank bank(SentenceEncoder model, List<Cutter.Cut> cuts, Side side, String what, Watcher watcher) {
        AtomicLong done = new AtomicLong();
        return Bank.of(model, cuts, side, n -> watcher.read(what, done.addAndGet(n), cuts.size()));
    }

    /** To be run, stored and gone on with as any other. */
    public Loop loop() {
        return loop;
    }

    /** The encoder as it is now; it shares what is trained. */
    public SparseEncoder encoder() {
        return encoder;
    }

    @Override
    public void close() {
        loop.close();
    }
}
