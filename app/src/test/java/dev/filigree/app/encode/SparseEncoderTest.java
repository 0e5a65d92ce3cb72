package dev.filigree.app.encode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import dev.filigree.encode.EncoderCorpus;
import dev.filigree.encode.EncoderRecipe;
import dev.filigree.encode.EncoderTraining;
import dev.filigree.encode.MaskedEncoder;
import dev.filigree.encode.SparseEncoder;
import dev.filigree.encode.Teacher;
import dev.filigree.encode.WordPieces;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.io.StoredEncoder;
import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.report.Progress;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.train.Loop;
import dev.filigree.train.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoders of every kind learn on a made-up collection, obey their limits, and come back from their folder. */
class SparseEncoderTest {

    private static final Collection MADE = PlantedTexts.collection(120, 40, 1);

    @TempDir
    private Path folder;

    private record Trained(SparseEncoder encoder, List<SparseVector> vectors, double first, double last) {
    }

    private interface Body {
        void with(EncoderCorpus corpus, Bm25 lexical) throws IOException;
    }

    private static void corpus(int threads, Body body) throws IOException {
        try (StoredEncoder stored = PlantedTexts.model(); SentenceEncoder model = SentenceEncoder.of(stored, threads)) {
            Bm25 lexical = EncoderRun.lexical(MADE.texts(), "standard");
            body.with(new EncoderCorpus(model, stored.tokenizer(), lexical, MADE.texts(), 64, (what, done, all) -> { }), lexical);
        }
    }

    private static EncoderTraining training(EncoderCorpus corpus, String recipe) {
        return new EncoderTraining(EncoderRecipe.SHELF.make(recipe), corpus, EnumSet.allOf(Teacher.class), 1);
    }

    private static Trained train(EncoderCorpus corpus, String recipe) {
        try (EncoderTraining t = training(corpus, recipe)) {
            double[] sums = new double[2];
            t.loop().run((step, steps, loss, batch, seconds) -> sums[2 * step <= steps ? 0 : 1] += loss.parts().get("lesson"));
            return new Trained(t.encoder(), corpus.encoded(t.encoder()), sums[0], sums[1]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"residual-doc(rate=0.001,steps=60,batch=8,lambda=0)", "idf-splade-doc(rate=0.003,steps=40,batch=8)", "splade-doc(rate=0.003,steps=40,batch=8,regularizer=l1)",
            "splade(rate=0.003,steps=40,batch=8)", "unicoil(rate=0.003,steps=40,batch=8)", "deepct(rate=0.003,steps=40,batch=8)", "residual-doc(lesson=margin-mse,rate=0.003,steps=40,batch=8)",
            "splade-doc(query=cls-mlm,document=mlp,postings=0,rate=0.003,steps=40,batch=8)"})
    void theLossFalls(String recipe) throws IOException {
        corpus(2, (corpus, lexical) -> {
            Trained t = train(corpus, recipe);
            assertTrue(t.last < t.first, recipe + ": " + t.first + ", then " + t.last);
            double most = EncoderRecipe.SHELF.make(recipe).postings() * corpus.literal().stream().mapToInt(SparseVector::size).average().orElseThrow();
            assertTrue(most == 0 || t.vectors.stream().mapToInt(SparseVector::size).average().orElseThrow() <= most, recipe);
        });
    }

    @Test
    void wordsThatWereMeantAreFound() throws IOException {
        corpus(2, (corpus, lexical) -> {
            Ranked plain = Ranked.of(lexical, corpus.literal(), MADE);
            Trained t = train(corpus, "residual-doc(steps=40)");
            Ranked learned = Ranked.of(t.encoder, t.vectors, MADE);
            assertTrue(learned.ndcg() > plain.ndcg() + 0.02, plain.ndcg() + " by words, " + learned.ndcg() + " learned");
            assertTrue(EncoderRun.test(learned, plain, 1).randomised() < 0.05);
        });
    }

    @Test
    void aRegularizerMakesVectorsSparse() throws IOException {
        corpus(2, (corpus, lexical) -> {
            int free = entries(train(corpus, "idf-splade-doc(postings=0,lambda=0,rate=0.01,steps=40)").vectors);
            for (String r : List.of("l1", "flops", "idf-flops")) {
                int held = entries(train(corpus, "idf-splade-doc(postings=0,lambda=3,rate=0.01,steps=40,regularizer=" + r + ")").vectors);
                assertTrue(held < 0.7 * free, r + ": " + held + " entries of " + free);
            }
        });
    }

    private static int entries(List<SparseVector> vectors) {
        return vectors.stream().mapToInt(SparseVector::size).sum();
    }

    @Test
    void theSameBitsOnAnyNumberOfThreadsAndWhereverItIsStopped() throws IOException {
        String recipe = "splade(document=cls-mlm,steps=6,batch=4)";
        List<List<SparseVector>> found = new java.util.ArrayList<>();
        for (int threads = 1; threads <= 2; threads++) {
            corpus(threads, (corpus, lexical) -> found.add(train(corpus, recipe).vectors));
        }
        assertEquals(found.get(0), found.get(1));
        corpus(1, (corpus, lexical) -> {
            Path state = folder.resolve("state");
            try (EncoderTraining t = training(corpus, recipe)) {
                for (int i = 0; i < 3; i++) {
                    t.loop().advance();
                }
                Snapshot.save(state, t.loop(), Map.of());
            }
            try (EncoderTraining t = training(corpus, recipe)) {
                Loop loop = t.loop();
                Snapshot.load(state, loop, Map.of());
                loop.run((step, steps, loss, batch, seconds) -> { });
                assertEquals(found.getFirst(), corpus.encoded(t.encoder()));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"residual-doc(steps=3)", "unicoil(steps=3)", "splade(steps=3)"})
    void whatIsReadAgainGivesTheSameVectors(String recipe) throws IOException {
        corpus(2, (corpus, lexical) -> {
            SparseEncoder e = train(corpus, recipe).encoder;
            e.store(folder);
            try (SparseEncoder again = SparseEncoder.open(folder, LuceneAnalysis::named, 1)) {
                List<String> texts = MADE.texts().subList(0, 20);
                assertEquals(e.documents(texts), again.documents(texts));
                assertEquals(e.query(texts.getFirst()), again.query(texts.getFirst()));
                assertEquals(0, again.query("").size(), "an empty query");
                assertEquals(1, again.documents(List.of("")).size(), "an empty document");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"idf-splade-doc(postings=0,steps=20,batch=8)", "splade-doc(postings=0,steps=5,batch=8)", "splade(postings=0,steps=5,batch=8)"})
    void anEncoderOfTokensIsStoredAsModulesThatSayTheSame(String recipe) throws IOException {
        try (StoredEncoder stored = PlantedTexts.model(); SentenceEncoder model = SentenceEncoder.of(stored, 2); WordPieces pieces = new WordPieces(stored)) {
            Bm25 lexical = Bm25.of(MADE.texts().subList(0, 80), pieces, Bm25.K1, Bm25.B, 1 << 16); // some tokens of the model are no terms
            EncoderCorpus corpus = new EncoderCorpus(model, stored.tokenizer(), lexical, MADE.texts().subList(0, 80), 64, (what, done, all) -> { });
            Trained t = train(corpus, recipe);
            t.encoder.store(folder);
            try (MaskedEncoder again = MaskedEncoder.open(folder, 1)) {
                List<String> texts = MADE.texts().subList(0, 20);
                List<SparseVector> wanted = t.encoder.documents(texts);
                List<SparseVector> found = again.documents(texts);
                String query = MADE.queries().get("q1") + " " + MADE.queries().get("q1");
                for (int i = 0; i < texts.size(); i++) {
                    assertSame(t.encoder, wanted.get(i), again, found.get(i));
                }
                assertTrue(wanted.getFirst().size() > 0 && t.encoder.query(query).size() > 0);
                assertSame(t.encoder, t.encoder.query(query), again, again.query(query));
            }
            UserError e = assertThrows(UserError.class, () -> training(corpus, "residual-doc"));
            assertTrue(e.getMessage().contains("document=cls-mlm") && !e.getMessage().contains("\n"), e.getMessage());
            assertThrows(UserError.class, () -> training(corpus, "idf-splade-doc"), "a window");
            assertThrows(UserError.class, () -> training(corpus, "unicoil"));
        }
    }

    /** The same weights under the same names, up to what rounding does to scores near zero. */
    private static void assertSame(SparseEncoder one, SparseVector v, MaskedEncoder other, SparseVector w) {
        Map<String, Float> found = new HashMap<>();
        for (int i = 0; i < w.size(); i++) {
            found.put(other.vocabulary().term(w.terms()[i]), w.weights()[i]);
        }
        for (int i = 0; i < v.size(); i++) {
            assertEquals(v.weights()[i], Optional.ofNullable(found.remove(one.vocabulary().term(v.terms()[i]))).orElse(0f), 2e-4f);
        }
        found.values().forEach(x -> assertEquals(0, x, 2e-4f));
    }

    @Test
    void anIndexKeepsWhatQueriesNeedAndWhereTheRestIs() throws IOException {
        corpus(1, (corpus, lexical) -> {
            SparseEncoder e = train(corpus, "residual-doc(steps=1)").encoder;
            Path home = folder.resolve("home");
            e.store(home);
            try (SparseEncoder read = SparseEncoder.open(home, LuceneAnalysis::named, 1); SparseEncoder all = read.kept()) {
                assertEquals(Optional.of(home.toAbsolutePath()), read.outside());
                assertEquals(Optional.empty(), all.outside());
                read.save(folder.resolve("index"));
                all.save(folder.resolve("whole"));
            }
            List<String> texts = MADE.texts().subList(0, 3);
            try (SparseEncoder read = SparseEncoder.open(folder.resolve("index"), LuceneAnalysis::named, 1)) {
                assertFalse(Files.exists(folder.resolve("index/model")));
                assertEquals(e.query(texts.getFirst()), read.query(texts.getFirst()));
                assertEquals(e.documents(texts), read.documents(texts));
            }
            Files.move(home, folder.resolve("moved"));
            try (SparseEncoder read = SparseEncoder.open(folder.resolve("index"), LuceneAnalysis::named, 1); SparseEncoder whole = SparseEncoder.open(folder.resolve("whole"), LuceneAnalysis::named, 1)) {
                assertEquals(e.query(texts.getFirst()), read.query(texts.getFirst()));
                assertTrue(assertThrows(UserError.class, () -> read.documents(texts)).getMessage().contains("is not there"));
                assertEquals(e.documents(texts), whole.documents(texts));
            }
        });
    }

    @Test
    void aRunThatWasKilledGoesOnBitForBit() throws IOException {
        Path model = folder.resolve("planted");
        PlantedTexts.write(model);
        EncoderRun.Settings settings = new EncoderRun.Settings("residual-doc(steps=8,batch=4)", model + ",bm25", model.toString(), Terms.WORDS, "standard", 64, 4000, 1);
        Path straight = folder.resolve("straight");
        new EncoderRun(settings, 1, Progress.silent()).run(MADE, straight);
        Path stopped = folder.resolve("stopped");
        int[] states = {0};
        EncoderRun first = new EncoderRun(settings, 1, Progress.silent(), 0, state -> {
            if (++states[0] == 3) {
                throw new IllegalStateException("killed");
            }
        });
        assertThrows(IllegalStateException.class, () -> first.run(MADE, stopped));
        assertTrue(Files.exists(stopped.resolve("state.safetensors")) && !Files.exists(stopped.resolve("sparse_encoder.json")), "the state of three steps is there");
        new EncoderRun(settings, 2, Progress.silent()).run(MADE, stopped);
        assertFalse(Files.exists(stopped.resolve("state.safetensors")));
        for (String file : List.of("sparse_encoder.json", "words/bm25.json", "head/model.safetensors", "model/model.safetensors")) {
            assertArrayEquals(Files.readAllBytes(straight.resolve(file)), Files.readAllBytes(stopped.resolve(file)), file);
        }
    }

    @Test
    void damagedFoldersAreRefusedInOneLine() throws IOException {
        assertOneLine("holds no");
        corpus(1, (corpus, lexical) -> train(corpus, "residual-doc(steps=0)").encoder.store(folder));
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).filter(f -> !f.toString().contains("1_Pooling") && !f.endsWith("modules.json") && !f.endsWith("sentence_bert_config.json")
                    && !f.toString().contains("tokenizer_config") && !f.toString().contains("special_tokens")).toList();
        }
        assertTrue(files.size() >= 5, files.toString());
        for (Path file : files) {
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2));
            assertOneLine(file.getFileName().toString());
            Files.write(file, whole);
        }
        String stored = Files.readString(folder.resolve("sparse_encoder.json"));
        Files.writeString(folder.resolve("sparse_encoder.json"), stored.replace("\"batch\" : 24", "\"batch\" : 0"));
        assertOneLine("sparse_encoder.json");
    }

    private void assertOneLine(String part) {
        UserError e = assertThrows(UserError.class, () -> {
            try (SparseEncoder read = SparseEncoder.open(folder, LuceneAnalysis::named, 1)) {
                read.documents(List.of("text"));
            }
        }, part);
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        assertTrue(e.getMessage().contains(part) || e.getMessage().contains(folder.toString()), e.getMessage());
    }
}
