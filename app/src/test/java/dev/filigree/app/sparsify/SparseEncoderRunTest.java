package dev.filigree.app.sparsify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.encode.Collection;
import dev.filigree.app.encode.EncoderRun;
import dev.filigree.app.encode.PlantedTexts;
import dev.filigree.app.index.Encodings;
import dev.filigree.base.UserError;
import dev.filigree.encode.EncoderCorpus;
import dev.filigree.encode.EncoderRecipe;
import dev.filigree.encode.EncoderTraining;
import dev.filigree.encode.SparseEncoder;
import dev.filigree.encode.Teacher;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.io.StoredEncoder;
import dev.filigree.lucene.LuceneAnalysis;
import dev.filigree.model.Site;
import dev.filigree.report.Progress;
import dev.filigree.retrieve.Bm25;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A trained sparse encoder of a few thousand weights is pruned, judged by its documents, indexed with and kept by an index. */
class SparseEncoderRunTest {

    private static final Collection MADE = PlantedTexts.collection(120, 40, 1);
    private static final String RECIPE = "residual-doc(steps=0)";

    @TempDir
    Path folder;

    /** Documents, queries and judgements in files. */
    @BeforeEach
    void files() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int d = 0; d < MADE.ids().size(); d++) {
            lines.add("{\"id\": \"" + MADE.ids().get(d) + "\", \"content\": \"" + MADE.texts().get(d) + "\"}");
        }
        Files.write(folder.resolve("corpus.jsonl"), lines);
        Files.write(folder.resolve("queries.tsv"), MADE.queries().entrySet().stream().map(q -> q.getKey() + "\t" + q.getValue()).toList());
        Files.write(folder.resolve("qrels.txt"), MADE.judgements().queries().stream()
                .flatMap(q -> MADE.judgements().of(q).entrySet().stream().map(d -> q + " 0 " + d.getKey() + " " + d.getValue())).toList());
    }

    /** Trains an encoder on them. */
    private void encoder(String recipe) {
        try (StoredEncoder stored = PlantedTexts.model(); SentenceEncoder model = SentenceEncoder.of(stored, 2)) {
            Bm25 lexical = EncoderRun.lexical(MADE.texts(), "standard");
            EncoderCorpus corpus = new EncoderCorpus(model, stored.tokenizer(), lexical, MADE.texts(), 64, (what, done, all) -> { });
            try (EncoderTraining t = new EncoderTraining(EncoderRecipe.SHELF.make(recipe), corpus, EnumSet.allOf(Teacher.class), 1)) {
                t.loop().run((step, steps, loss, batch, seconds) -> { });
                t.encoder().store(folder.resolve("encoder"));
            }
        }
    }

    private Settings settings(String pattern, String sparsity, String recover, String store, Settings.Judged judged) {
        return new Settings(folder.resolve("encoder").toString(), "", sparsity, pattern, "uniform", "sparsegpt", recover, "held", "both", store, "", "", 64, "1g", judged, "", 1);
    }

    private Settings.Judged judged() {
        return new Settings.Judged(folder.resolve("corpus.jsonl").toString(), folder.resolve("queries.tsv").toString(), folder.resolve("qrels.txt").toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {"residual-doc(rate=0.001,steps=30,batch=8); unstructured; 80%; 20steps; fp32; 0.80", "residual-doc(rate=0.001,steps=30,batch=8); 4x1; 50%; 0; int8; 0.50",
        "splade(rate=0.003,steps=20,batch=8); unstructured; 50%; 0; bf16; 0.50"})
    void anEncoderOfDocumentsBecomesASparseOne(String recipe, String pattern, String sparsity, String recover, String store, double achieved) throws IOException {
        encoder(recipe);
        Path out = folder.resolve("out");
        Outcome o = new SparsifyRun(settings(pattern, sparsity, recover, store, judged()), out, 2, Progress.silent()).run(null);
        assertEquals(achieved, o.achieved(), 0.01);
        Retrieval dense = (Retrieval) o.quality().get(SparsifyRun.DENSE);
        Retrieval sparse = (Retrieval) o.last();
        assertEquals(1, dense.agreement(), 1e-6, "with itself");
        assertTrue(sparse.agreement() > 0.2 && sparse.agreement() < 0.9999, o.quality().toString());
        assertTrue(dense.ndcg() > (recipe.startsWith("residual") ? dense.words() : 0) && sparse.ndcg() > 0, o.quality().toString());
        assertEquals(List.of("dense", "sparse"), o.speed().stream().map(Speed.Result::name).toList());
        assertTrue(o.text(120).contains("documents/s") && o.text(120).contains("over BM25"), o.text(120));
        assertTrue(o.diskBytes().get(SparsifyRun.SPARSE) < o.diskBytes().get(SparsifyRun.DENSE), o.diskBytes().toString());
        assertTrue(Files.readString(out.resolve("report.html")).contains("Documents a second"));
        assertFalse(RunState.unfinished(out));
        List<String> texts = MADE.texts().subList(0, 20);
        try (TextEncoding opened = Encodings.open(out, 1); SparseEncoder again = keptByAnIndex((SparseEncoder) opened)) {
            List<SparseVector> vectors = opened.documents(texts);
            assertEquals(vectors, again.documents(texts), "what an index keeps gives the same vectors");
            for (Site s : again.model().model().sites()) {
                assertEquals(((SparseEncoder) opened).model().model().param(s).forward().layout(), again.model().model().param(s).forward().layout(), s.name());
            }
        }
    }

    /** Zeros stay out. */
    private SparseEncoder keptByAnIndex(SparseEncoder encoder) throws IOException {
        Path kept = folder.resolve("kept");
        try (SparseEncoder whole = encoder.kept()) {
            whole.save(kept);
        }
        String weights = "model/model.safetensors";
        assertTrue(Files.size(kept.resolve(weights)) < 0.8 * Files.size(folder.resolve("encoder").resolve(weights)), "less than the dense one");
        return SparseEncoder.open(kept, LuceneAnalysis::named, 2);
    }

    @Test
    void withoutJudgementsVectorsAreCompared() {
        encoder(RECIPE);
        Settings s = settings("unstructured", "50%", "0", "fp32", new Settings.Judged(folder.resolve("corpus.jsonl").toString(), "", ""));
        Outcome o = new SparsifyRun(s, folder.resolve("out"), 1, Progress.silent()).run(null);
        assertTrue(Double.isNaN(((Retrieval) o.last()).ndcg()));
        assertTrue(o.text(120).contains("give --queries and --qrels"), o.text(120));
    }

    @Test
    void whatModelsAddIsComparedWithoutTheirWords() {
        SparseVector literal = new SparseVector(new int[] {1, 4}, new float[] {2, 3});
        SparseVector rest = DocumentJudge.minus(new SparseVector(new int[] {1, 2, 4, 7}, new float[] {2.5f, 1, 3, 0.25f}), literal);
        assertArrayEquals(new int[] {1, 2, 7}, rest.terms());
        assertArrayEquals(new float[] {0.5f, 1, 0.25f}, rest.weights());
    }

    @Test
    void whatDoesNotFitIsOneLine() throws IOException {
        encoder(RECIPE);
        refused("--corpus", settings("unstructured", "50%", "0", "fp32", Settings.Judged.NONE));
        refused("--qrels", settings("unstructured", "50%", "0", "fp32", new Settings.Judged("x", "y", "")));
        Settings fits = settings("unstructured", "50%", "0", "fp32", judged());
        refused("--text", new Settings(fits.model(), "", "50%", "unstructured", "uniform", "sparsegpt", "0", "held", "both", "fp32", "some.txt", "", 64, "1g", judged(), "", 1));
        refused("--corpus", new Settings(TinyModel.write(folder.resolve("model")).toString(), "", "50%", "unstructured", "uniform", "sparsegpt", "0", "held", "both", "fp32", "", "", 64, "1g", judged(), "", 1));
        Files.write(folder.resolve("few.jsonl"), Files.readAllLines(folder.resolve("corpus.jsonl")).subList(0, 5));
        UserError few = assertThrows(UserError.class, () -> new SparsifyRun(settings("unstructured", "50%", "0", "fp32",
                new Settings.Judged(folder.resolve("few.jsonl").toString(), "", "")), folder.resolve("out"), 1, Progress.silent()).run(null));
        assertTrue(few.getMessage().contains("holds 5 documents"), few.getMessage());
        encoder("splade(document=binary,query=mlp,steps=0)");
        UserError nothing = assertThrows(UserError.class, () -> new SparsifyRun(fits, folder.resolve("out"), 1, Progress.silent()).run(null));
        assertTrue(nothing.getMessage().contains("nothing to prune"), nothing.getMessage());
    }

    private void refused(String flag, Settings settings) {
        UserError e = assertThrows(UserError.class, () -> new SparsifyRun(settings, folder.resolve("out"), 1, Progress.silent()));
        assertTrue(e.getMessage().contains(flag) && !e.getMessage().contains("\n"), e.getMessage());
        assertFalse(Files.exists(folder.resolve("out")), "nothing was written");
    }
}
