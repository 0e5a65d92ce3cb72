package dev.filigree.encode;

import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.tensor.Layout;
import dev.filigree.train.Adam;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import java.util.List;
import java.util.Set;

/**
 * Trains the head of a sparse encoder on a corpus without labels: queries are made of its documents, and teachers rank documents for
 * them. Everything is decided by corpus, recipe and seed, so a run that was stopped is set up again and goes on from its state.
 */
public final class EncoderTraining implements AutoCloseable {

    private static final double WARMUP = 0.1;
    private static final double CLIP = 1;
    private static final double B1 = 0.9;
    private static final double B2 = 0.99;
    private static final double EPS = 1e-8;

    private final SparseEncoder encoder;
    private final Loop loop;

    public EncoderTraining(EncoderRecipe recipe, EncoderCorpus corpus, Set<Teacher> teachers, long seed) {
        if (corpus.lexical().analyzer() instanceof WordPieces) {
            ModulesExport.check(recipe);
        }
        Rng rng = new Rng(seed).split("sparse encoder");
        List<PseudoQueries.Made> made = corpus.made(seed);
        int terms = corpus.idf().length;
        int window = recipe.document().expands() ? recipe.window(corpus.words()) : 0;
        SparseHead head = new SparseHead(recipe, corpus.model().dimension(), terms, corpus.own().isPresent(), corpus.model().config().pooling(), corpus.model().config().layerNormEps());
        WarmStart.of(corpus, recipe, seed, head);
        this.encoder = new SparseEncoder(recipe, corpus.model(), corpus.tokenizer(), corpus.lexical(), head, window, corpus.longest());
        List<SparseVector> lexical = made.stream().map(q -> corpus.lexical().query(q.text())).toList();
        List<SparseVector> tables = made.stream().map(q -> encoder.table(q.text())).toList();
        LessonBatches.Material material = new LessonBatches.Material(made, tables, lexical, corpus.asked(seed, recipe.query()), corpus.literal(), corpus.documents(recipe.document()));
        Compute compute = corpus.model().compute();
        this.loop = new Loop(compute, head, new Setup(new LessonStep(recipe, corpus.idf(), window),
                new LessonBatches(recipe, compute.parallel(), teachers, material, terms, rng.split("order")),
                new Adam(B1, B2, EPS, 0), recipe.rate(), new Rates.Linear(WARMUP), CLIP, recipe.steps(), Layout.CSR, List.of(), rng.split("training")));
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
