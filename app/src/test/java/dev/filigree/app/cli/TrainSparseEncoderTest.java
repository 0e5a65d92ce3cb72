package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.encode.Collection;
import dev.filigree.app.encode.PlantedTexts;
import dev.filigree.encode.MaskedEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a corpus to an encoder, to an index with it and to hits; and every wrong turn. */
class TrainSparseEncoderTest {

    private static final Collection MADE = PlantedTexts.collection(60, 10, 1);
    private static final String RECIPE = "residual-doc(steps=8,batch=4)";

    @TempDir
    private Path temp;
    private Path corpus;
    private Path queries;
    private Path qrels;
    private Path model;

    @BeforeEach
    void files() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int d = 0; d < MADE.ids().size(); d++) {
            lines.add(MADE.ids().get(d) + "\t" + MADE.texts().get(d));
        }
        corpus = Files.write(temp.resolve("corpus.tsv"), lines);
        queries = Files.write(temp.resolve("queries.tsv"), MADE.queries().entrySet().stream().map(q -> q.getKey() + "\t" + q.getValue()).toList());
        List<String> judged = new ArrayList<>();
        MADE.queries().keySet().forEach(q -> MADE.judgements().of(q).forEach((d, gain) -> judged.add(q + " 0 " + d + " " + gain)));
        qrels = Files.write(temp.resolve("qrels"), judged);
        model = temp.resolve("model");
        PlantedTexts.write(model);
    }

    private MainTest.Ran run(Object... words) {
        return MainTest.run(Arrays.stream(words).map(Object::toString).toArray(String[]::new));
    }

    private String ran(Object... words) {
        MainTest.Ran ran = run(words);
        assertEquals(0, ran.code(), ran.err());
        return ran.out();
    }

    private void fault(String message, Object... words) {
        MainTest.Ran ran = run(words);
        String last = ran.err().lines().reduce((a, b) -> b).orElse("");
        assertEquals(1, ran.code(), ran.err());
        assertTrue(last.startsWith("filigree: ") && last.contains(message), ran.err());
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
        }
    }

    @Test
    void anEncoderIsTrainedIndexesAndFinds() throws IOException {
        Path encoder = temp.resolve("encoder");
        String table = ran("train", "sparse-encoder", encoder, "--corpus", corpus, "--backbone", model, "--recipe", RECIPE, "--queries", queries, "--qrels", qrels, "--analyzer", "standard");
        assertTrue(table.contains("ndcg@10") && table.contains("documents a second"), table);
        fault("holds an encoder; give another folder", "train", "sparse-encoder", encoder, "--corpus", corpus, "--backbone", model);
        Path index = temp.resolve("index");
        String made = ran("index", index, "--corpus", corpus, "--encoder", encoder);
        assertTrue(made.contains("60 documents") && made.contains("must stay in " + encoder.toAbsolutePath()), made);
        assertTrue(ran("search", index, MADE.queries().get("q0")).contains("of 60 documents"));
        Path whole = temp.resolve("whole");
        assertFalse(ran("index", whole, "--corpus", corpus, "--encoder", encoder, "--keep-encoder").contains("must stay in"));
        assertTrue(bytes(whole) > bytes(index) + 100_000, "the model is in one of them");
        assertEquals(ran("search", whole, "--queries", queries), ran("search", index, "--queries", queries));
        Path more = Files.writeString(temp.resolve("more.tsv"), "new\t" + MADE.texts().getFirst() + "\n");
        Files.move(encoder, temp.resolve("moved"));
        assertTrue(ran("index", whole, "--append", "--corpus", more).contains("61 documents"));
        fault("is not there, but the index keeps no more of its encoder than queries need", "index", index, "--append", "--corpus", more);
        assertTrue(ran("search", index, MADE.queries().get("q0")).contains("of 60 documents"), "queries need no model");
    }

    @Test
    void anEncoderOfTokensIsModulesOfSentenceTransformers() throws IOException {
        Path encoder = temp.resolve("tokens");
        String table = ran("train", "sparse-encoder", encoder, "--corpus", corpus, "--backbone", model, "--vocabulary", "wordpiece", "--recipe", "idf-splade-doc(postings=0,steps=8,batch=4)",
                "--queries", queries, "--qrels", qrels, "--analyzer", "standard");
        assertTrue(table.contains("ndcg@10"), table);
        assertTrue(Files.readString(encoder.resolve("modules.json")).contains("Router") && Files.exists(encoder.resolve("document_0_MLMTransformer/model.safetensors")));
        fault("holds an encoder", "train", "sparse-encoder", encoder, "--corpus", corpus, "--backbone", model);
        Path index = temp.resolve("index");
        assertTrue(ran("index", index, "--corpus", corpus, "--encoder", encoder).contains("must stay in " + encoder.toAbsolutePath()));
        assertTrue(ran("search", index, MADE.queries().get("q0")).contains("of 60 documents"));
        assertTrue(ran("index", index, "--append", "--corpus", Files.writeString(temp.resolve("more.tsv"), "new\t" + MADE.texts().getFirst() + "\n")).contains("61 documents"));
    }

    @Test
    void aModelThatGuessesWordsBeginsWithItsOwnHead() throws IOException {
        Path tokens = temp.resolve("first");
        ran("train", "sparse-encoder", tokens, "--corpus", corpus, "--backbone", model, "--vocabulary", "wordpiece", "--recipe", "idf-splade-doc(postings=0,steps=4,batch=4)");
        Path guessing = tokens.resolve("document_0_MLMTransformer");
        Path encoder = temp.resolve("second"); // without a step its documents have the very vectors of the head that it began with
        ran("train", "sparse-encoder", encoder, "--corpus", corpus, "--backbone", guessing, "--vocabulary", "wordpiece", "--recipe", "idf-splade-doc(postings=0,steps=0)",
                "--teachers", model + ",bm25");
        try (MaskedEncoder one = MaskedEncoder.open(tokens, 1); MaskedEncoder other = MaskedEncoder.open(encoder, 1)) {
            List<String> texts = MADE.texts().subList(0, 10);
            assertEquals(one.documents(texts), other.documents(texts));
            assertTrue(one.documents(texts).getFirst().size() > 0);
        }
        Path third = temp.resolve("third");
        ran("train", "sparse-encoder", third, "--corpus", corpus, "--backbone", guessing, "--vocabulary", "wordpiece", "--recipe", "splade(postings=0,steps=6,batch=4,rate=0.01)",
                "--teachers", model + ",bm25");
        try (MaskedEncoder one = MaskedEncoder.open(tokens, 1); MaskedEncoder other = MaskedEncoder.open(third, 1)) {
            assertFalse(one.documents(MADE.texts().subList(0, 3)).equals(other.documents(MADE.texts().subList(0, 3))), "its head was trained");
            assertTrue(other.query(MADE.texts().getFirst()).size() > 0);
        }
    }

    @Test
    void wrongTurnsAreOneLine() throws IOException {
        Path out = temp.resolve("out");
        fault("there is no such file or folder", "train", "sparse-encoder", out, "--corpus", temp.resolve("none"), "--backbone", model);
        fault("unknown encoder 'residual-dok' - did you mean residual-doc", "train", "sparse-encoder", out, "--corpus", corpus, "--backbone", model, "--recipe", "residual-dok");
        fault("--vocabulary: found 'wordpieces' - did you mean wordpiece?", "train", "sparse-encoder", out, "--corpus", corpus, "--vocabulary", "wordpieces");
        fault("--vocabulary wordpiece: found a recipe with document=cls-mlm", "train", "sparse-encoder", out, "--corpus", corpus, "--backbone", model, "--vocabulary", "wordpiece", "--recipe", "residual-doc");
        fault("--teachers: found 'bm25,bm25'", "train", "sparse-encoder", out, "--corpus", corpus, "--backbone", model, "--teachers", "bm25,bm25");
        fault("model 'bm52': no such file or folder", "train", "sparse-encoder", out, "--corpus", corpus, "--backbone", model, "--teachers", "bm52");
        fault("judgements without queries", "train", "sparse-encoder", out, "--corpus", corpus, "--backbone", model, "--qrels", qrels);
        fault("no such file or folder, and no model of that name", "train", "sparse-encoder", out, "--corpus", corpus, "--backbone", "minilmm");
        fault("expected at least 8 and 2", "train", "sparse-encoder", out, "--corpus", corpus, "--backbone", model, "--longest", 3);
        Path single = Files.writeString(temp.resolve("single.tsv"), "1\tone document alone here\n");
        fault("expected at least two documents", "train", "sparse-encoder", out, "--corpus", single, "--backbone", model);
        fault("--keep-encoder: found it without --encoder", "index", out, "--corpus", corpus, "--keep-encoder");
        fault("--keep-encoder: found it with --encoder bm25", "index", out, "--corpus", corpus, "--encoder", "bm25", "--keep-encoder");
        fault("has a module of type", "index", out, "--corpus", corpus, "--encoder", model);
    }
}
