package dev.filigree.app.encode;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.encode.EncoderCorpus;
import dev.filigree.encode.EncoderRecipe;
import dev.filigree.encode.EncoderTraining;
import dev.filigree.encode.MaskedEncoder;
import dev.filigree.encode.MaskedHead;
import dev.filigree.encode.SparseEncoder;
import dev.filigree.encode.Teacher;
import dev.filigree.encode.WordPieces;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.io.StoredEncoder;
import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.report.Column;
import dev.filigree.report.Progress;
import dev.filigree.report.Table;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.Vocabulary;
import dev.filigree.retrieve.judged.PairedTest;
import dev.filigree.train.Loop;
import dev.filigree.train.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Trains a sparse encoder in a folder, where the state of an interrupted run waits until it is gone on with. */
public final class EncoderRun {

    /** Terms at most: an index holds them in 16 bits. */
    public static final int MOST_TERMS = 1 << 16;

    private static final String STATE = "state.safetensors";
    private static final double STORE_EVERY_SECONDS = 20;
    private static final int SECONDS_OF_QUERIES = 1;

    /**
     * What is asked for.
     *
     * @param recipe    as typed
     * @param teachers  as typed
     * @param model     below the head: a known name or a folder, which may be one that sparsify wrote
     * @param terms     what an index holds
     * @param analyzer  of words
     * @param longest   tokens of a document that are read
     * @param documents learned from at most
     */
    public record Settings(String recipe, String teachers, String model, Terms terms, String analyzer, int longest, int documents, long seed) {

        private static final int SHORTEST = 8;

        public Settings {
            if (longest < SHORTEST || documents < 2) {
                throw new UserError("sparse encoder: found " + longest + " tokens of a document and " + documents + " documents, expected at least " + SHORTEST + " and 2");
            }
        }

        /** Who teaches where nothing is said: a model that only guesses words knows no vectors of texts, so another one does. */
        public static String teachers(String model) {
            return (Backbone.isMasked(model) ? "minilm" : model) + ",bm25";
        }

        /** What is taken where nothing is said. */
        public static Settings usual(String analyzer, long seed) {
            return new Settings(Terms.WORDS.recipe(), "minilm,bm25", "minilm", Terms.WORDS, analyzer, 256, 4000, seed);
        }

        private Map<String, String> words(int found) {
            Map<String, String> all = new LinkedHashMap<>();
            all.put("recipe", recipe);
            all.put("teachers", teachers);
            all.put("model", model);
            all.put("vocabulary", terms.toString());
            all.put("analyzer", analyzer);
            all.put("longest", Integer.toString(longest));
            all.put("learned", Integer.toString(documents));
            all.put("corpus", found + " documents");
            all.put("seed", Long.toString(seed));
            return all;
        }
    }

    private final Settings settings;
    private final EncoderRecipe recipe;
    private final Set<Teacher> teachers;
    private final int threads;
    private final Progress progress;
    private final double storeEvery;
    private final Consumer<Path> stored;

    public EncoderRun(Settings settings, int threads, Progress progress) {
        this(settings, threads, progress, STORE_EVERY_SECONDS, p -> { });
    }

    /**
     * The same with a watcher.
     *
     * @param storeEvery seconds between states that are stored
     * @param stored     is told each of them
     */
    EncoderRun(Settings settings, int threads, Progress progress, double storeEvery, Consumer<Path> stored) {
        this.storeEvery = storeEvery;
        this.stored = stored;
        this.settings = settings;
        this.recipe = EncoderRecipe.SHELF.make(settings.recipe);
        this.teachers = Teacher.named(settings.teachers);
        this.threads = threads;
        this.progress = progress;
    }

    /** The words of a collection. */
    public static Bm25 lexical(List<String> texts, String analyzer) {
        return Bm25.of(texts, LuceneAnalysis.named(analyzer), Bm25.K1, Bm25.B, MOST_TERMS);
    }

    /**
     * Trains, stores the encoder in {@code out} and returns what is to be said about it; goes on with what was interrupted there.
     */
    public Table run(Collection collection, Path out) {
        try (StoredEncoder source = Backbone.open(settings.model); SentenceEncoder model = SentenceEncoder.of(source, threads);
                WordPieces pieces = new WordPieces(source);
                EncoderTraining training = training(collection, terms(collection.texts(), pieces), source, model)) {
            Path state = out.resolve(STATE);
            train(training.loop(), state, settings.words(collection.texts().size()));
            training.encoder().store(out);
            Table table = settings.terms == Terms.WORDS ? table(collection, training.encoder()) : stored(collection, out);
            Files.deleteIfExists(state);
            return table;
        } catch (IOException e) {
            throw new UserError(out + ": cannot be written (" + e.getMessage() + ")", e);
        }
    }

    private Bm25 terms(List<String> texts, WordPieces pieces) {
        return settings.terms == Terms.WORDS ? lexical(texts, settings.analyzer) : Bm25.of(texts, pieces, Bm25.K1, Bm25.B, MOST_TERMS);
    }

    /** What is stored is another form of what was trained, so that form is judged. */
    private Table stored(Collection collection, Path out) {
        try (MaskedEncoder encoder = MaskedEncoder.open(out, threads)) {
            return table(collection, encoder);
        }
    }

    /** Trains and gives the encoder, which keeps its model open; nothing is stored. */
    public SparseEncoder encoder(List<String> texts) {
        Collection collection = new Collection(List.of(), texts, Map.of(), null);
        try (StoredEncoder source = Backbone.open(settings.model)) {
            SentenceEncoder model = SentenceEncoder.of(source, threads);
            try (EncoderTraining training = training(collection, lexical(texts, settings.analyzer), source, model)) {
                train(training.loop(), null, Map.of());
                return training.encoder();
            } catch (RuntimeException | Error e) {
                model.close();
                throw e;
            }
        }
    }

    private EncoderTraining training(Collection collection, Bm25 lexical, StoredEncoder source, SentenceEncoder model) {
        Optional<MaskedHead> own = settings.terms == Terms.WORDPIECE ? MaskedHead.of(source) : Optional.empty();
        Optional<String> other = Teacher.model(settings.teachers).filter(t -> !t.equals(settings.model));
        try (Reading reading = new Reading(); SentenceEncoder teacher = other.map(this::teacher).orElse(null)) {
            EncoderCorpus corpus = new EncoderCorpus(model, source.tokenizer(), lexical, sample(collection.texts()), settings.longest, own, teacher == null ? model : teacher, reading);
            return new EncoderTraining(recipe, corpus, teachers, settings.seed);
        }
    }

    private SentenceEncoder teacher(String name) {
        try (StoredEncoder stored = Backbone.open(name)) {
            return SentenceEncoder.of(stored, threads);
        }
    }

    private List<String> sample(List<String> texts) {
        if (texts.size() <= settings.documents) {
            return texts;
        }
        int[] order = new Rng(settings.seed).split("documents").permutation(texts.size());
        return IntStream.of(Arrays.copyOf(order, settings.documents)).sorted().mapToObj(texts::get).toList();
    }

    /** A stage of progress for each kind of text that is read. */
    private final class Reading implements EncoderCorpus.Watcher, AutoCloseable {

        private String what = "";
        private Progress.Stage stage;

        @Override
        public synchronized void read(String kind, long done, long all) {
            if (!kind.equals(what)) {
                close();
                stage = progress.stage("read " + kind, all);
                what = kind;
            }
            stage.at(done, "");
        }

        @Override
        public synchronized void close() {
            if (stage != null) {
                stage.close();
                stage = null;
            }
        }
    }

    /** @param state where the run is kept; null for nowhere */
    private void train(Loop loop, Path state, Map<String, String> words) {
        if (state != null && Files.exists(state)) {
            Snapshot.load(state, loop, words);
        }
        try (Progress.Stage stage = progress.stage("train", loop.steps())) {
            double[] last = {stage.seconds()};
            loop.run((step, steps, loss, batch, seconds) -> {
                stage.at(step, String.format(Locale.ROOT, "lesson %.4f, sparsity %.4f", loss.parts().get("lesson"), loss.parts().get("sparsity")));
                if (state != null && stage.seconds() - last[0] >= storeEvery) {
                    Snapshot.save(state, loop, words);
                    stored.accept(state);
                    last[0] = stage.seconds();
                }
            });
        }
    }

    private Table table(Collection collection, TextEncoding encoder) {
        Bm25 lexical = lexical(collection.texts(), settings.analyzer);
        List<SparseVector> words = lexical.documents(collection.texts());
        long begun = System.nanoTime();
        List<SparseVector> vectors;
        try (Progress.Stage stage = progress.stage("encode", 1)) {
            vectors = encoder.documents(collection.texts());
            stage.note(String.format(Locale.ROOT, "%,d documents, %.1f a second", vectors.size(), vectors.size() / ((System.nanoTime() - begun) * 1e-9)));
        }
        double seconds = (System.nanoTime() - begun) * 1e-9;
        Ranked plain = Ranked.of(lexical, words, collection);
        Ranked learned = Ranked.of(encoder, vectors, collection);
        long entries = vectors.stream().mapToLong(SparseVector::size).sum();
        Table table = new Table("", Column.text(""), Column.number("bm25", 4), Column.number("encoder", 4));
        table.row("entries of an average document", plain.postings(), learned.postings());
        table.row("share of entries that the text does not hold", 0.0, entries == 0 ? 0 : 1 - (double) held(collection.texts(), encoder.vocabulary(), vectors) / entries);
        table.row("documents a second", Double.NaN, vectors.size() / seconds);
        if (!collection.queries().isEmpty()) {
            table.row("products for a query and a document", plain.flops(), learned.flops());
            double[] micros = micros(lexical, encoder, List.copyOf(collection.queries().values()));
            table.row("microseconds from a query to its vector", micros[0], micros[1]);
        }
        if (learned.evaluated() != null) {
            table.row("ndcg@10", plain.ndcg(), learned.ndcg());
            table.row("map", plain.map(), learned.map());
            table.row("recall@100", plain.recall(), learned.recall());
            table.row("p of the difference in ndcg@10 (randomised)", Double.NaN, test(learned, plain, settings.seed).randomised());
        }
        return table;
    }

    /** Entries of vectors that are terms of their texts. */
    private long held(List<String> texts, Vocabulary vocabulary, List<SparseVector> vectors) {
        try (StoredEncoder source = Backbone.open(settings.model); WordPieces pieces = new WordPieces(source)) {
            Function<String, List<String>> analyzer = settings.terms == Terms.WORDS ? LuceneAnalysis.named(settings.analyzer) : pieces;
            return IntStream.range(0, vectors.size()).mapToLong(d -> analyzer.apply(texts.get(d)).stream().distinct()
                    .filter(t -> vocabulary.number(t).stream().anyMatch(n -> Arrays.binarySearch(vectors.get(d).terms(), n) >= 0)).count()).sum();
        }
    }

    /** Whether two differ on the same queries. */
    public static PairedTest test(Ranked one, Ranked other, long seed) {
        double[] a = one.evaluated().sharedWith(other.evaluated()).of(0);
        double[] b = other.evaluated().sharedWith(one.evaluated()).of(0);
        for (int i = 0; i < a.length; i++) {
            a[i] -= b[i];
        }
        return PairedTest.of(a, new Rng(seed).split("signs"));
    }

    /** Microseconds of a query with each, in rounds that take turns. */
    static double[] micros(TextEncoding one, TextEncoding other, List<String> queries) {
        double[][] times = new double[2][];
        List<Function<String, SparseVector>> both = List.of(one::query, other::query);
        long end = System.nanoTime() + SECONDS_OF_QUERIES * 1_000_000_000L;
        do {
            for (int i = 0; i < 2; i++) {
                long begun = System.nanoTime();
                for (String q : queries) {
                    both.get(i).apply(q);
                }
                double[] before = times[i] == null ? new double[0] : times[i];
                times[i] = Arrays.copyOf(before, before.length + 1);
                times[i][before.length] = (System.nanoTime() - begun) * 1e-3 / queries.size();
            }
        } while (System.nanoTime() < end);
        for (double[] t : times) {
            Arrays.sort(t);
        }
        return new double[] {times[0][times[0].length / 2], times[1][times[1].length / 2]};
    }
}
