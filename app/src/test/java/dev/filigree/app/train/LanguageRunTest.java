package dev.filigree.app.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.Parts;
import dev.filigree.app.data.KnownData;
import dev.filigree.app.data.TextCut;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.infer.LanguageModel;
import dev.filigree.infer.Perplexity;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.report.Progress;
import dev.filigree.train.NextToken;
import dev.filigree.train.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Language models that are trained on byte pairs: the folder that a run leaves, going on with it, and being killed on the way. */
class LanguageRunTest {

    private static final TrainRun.Pace HURRIED = new TrainRun.Pace(0, 0.01);
    private static final String MODEL = "llama(width=32,layers=1,heads=2)";

    @TempDir
    private Path temp;
    private Path text;

    @BeforeEach
    void text() throws IOException {
        text = temp.resolve("text.txt");
        Rng rng = new Rng(1);
        String[] words = {"the cat", "a dog", "one bird", "sees", "likes", "fears", "the tree", "an egg", "déjà vu", "nothing"};
        StringBuilder all = new StringBuilder();
        while (all.length() < 40_000) {
            all.append(words[rng.nextInt(3)]).append(' ').append(words[3 + rng.nextInt(3)]).append(' ').append(words[6 + rng.nextInt(4)]).append(".\n");
        }
        Files.writeString(text, all);
    }

    @Test
    void aRunLeavesAModelThatForeseesWhatWasHeldOut() throws IOException {
        TrainOutcome o = run(settings("static", "50%", ""), "sparse");
        assertTrue(o.last().loss() < 0.6 * o.curve().getFirst().trainLoss(), o.quality().text(120));
        assertTrue(o.quality().text(120).contains("bits a byte"));
        String whole = Files.readString(text);
        String held = whole.substring(whole.indexOf('\n', (int) (whole.length() * 0.9)) + 1);
        try (LanguageModel model = LanguageModel.open(temp.resolve("sparse"), 1)) {
            Perplexity.Outcome judged = new Perplexity(model.config().context(), model.config().context()).of(model, held, n -> { });
            assertEquals(o.last().loss(), judged.loss(), 0.05, "windows are cut a little otherwise");
            assertEquals(judged.bitsPerByte(), o.last().loss() / Math.log(2) / o.bytes(), 0.05);
            assertTrue(model.model().sites().stream().allMatch(s -> model.model().param(s).forward().nonZeros() < s.positions()), "stored sparse");
        }
    }

    @Test
    void aStoredModelIsTrainedFurtherDenseOrWithItsZeros() throws IOException {
        run(settings("static", "75%", ""), "pretrained");
        String from = temp.resolve("pretrained").toString();
        Network sparse = StoredText.network(settings("dense", "", from));
        Network freed = StoredText.network(settings("dense", "", from));
        StoredText.fit(freed, Map.of());
        for (Site s : sparse.sites()) {
            assertEquals(0.75, 1 - sparse.param(s).forward().nonZeros() / (double) s.positions(), 0.01, s.name());
            assertEquals(s.positions(), freed.param(s).forward().nonZeros(), s.name());
            Map<List<Integer>, Float> values = new HashMap<>();
            sparse.param(s).forward().forEach((r, c, slot, v) -> values.put(List.of(r, c), v));
            freed.param(s).forward().forEach((r, c, slot, v) -> assertEquals(values.getOrDefault(List.of(r, c), 0f), v, s.name()));
        }
        TrainOutcome tuned = run(settings("dense", "", from), "tuned");
        assertEquals(0, tuned.achieved());
        TrainOutcome same = run(settings("static", "75%", from), "same");
        assertEquals(0.75, same.achieved(), 0.01);
        assertTrue(same.curve().getFirst().trainLoss() < 1.5, "it goes on where the other ended: " + same.curve().getFirst());
        TrainSettings pulled = new TrainSettings(MODEL, "text", "dense", "", "", List.of(), 1, 4, "adam", 0.01, "cosine", 0, 1, 3, "", from, "0.001/0.01");
        TrainOutcome quiet = run(pulled, "quiet");
        assertTrue(Files.readString(temp.resolve("quiet/config.json")).contains("\"relu\"") && quiet.last().loss() < 2, "ReLU in the place of SiLU");
        TrainOutcome sparser = run(settings("static", "90%", from), "sparser");
        assertEquals(0.90, sparser.achieved(), 0.01);
    }

    @Test
    void aRunThatWasKilledEndsInTheSameBits() throws IOException {
        TrainSettings settings = settings("rigl(every=7)", "75%", "");
        run(settings, "whole");
        assertThrows(IllegalStateException.class, () -> new TrainRun(settings, new TrainFolder(temp.resolve("killed")), 2, Progress.silent(), p -> {
            throw new IllegalStateException("killed");
        }, HURRIED).run(problem(settings), false));
        new TrainRun(settings, new TrainFolder(temp.resolve("killed")), 1, Progress.silent(), p -> { }, HURRIED).run(problem(settings), true);
        for (String file : List.of("state.safetensors", "model.safetensors", "tokenizer.json", "config.json")) {
            assertArrayEquals(Files.readAllBytes(temp.resolve("whole").resolve(file)), Files.readAllBytes(temp.resolve("killed").resolve(file)), file);
        }
    }

    @Test
    void whichNetworksAreLanguageModelsIsKnownByName() {
        assertTrue(StoredText.isKept("llama") && StoredText.isKept(MODEL));
        Parts.NETWORKS.entries().stream().map(e -> e.name()).filter(n -> !n.equals("llama")).forEach(n -> assertFalse(StoredText.isKept(n), n));
    }

    @Test
    void strengthsThatAreNoneAreRefused() {
        assertTrue(assertThrows(UserError.class, () -> new TrainSettings(MODEL, "text", "dense", "", "", List.of(), 1, 4, "adam", 0.01, "cosine", 0, 1, 3, "", "", "a/b").check())
                .getMessage().startsWith("--activity: found a/b"));
    }

    @Test
    void whatIsNoTextHasNoVocabulary() {
        assertTrue(assertThrows(UserError.class, () -> KnownData.open(text.toString(), TextCut.named("12"))).getMessage().contains("--vocabulary: found 12, expected 257"));
        assertTrue(assertThrows(UserError.class, () -> TextCut.named("many")).getMessage().contains("--vocabulary: found 'many'"));
        assertTrue(assertThrows(UserError.class, () -> KnownData.open("planted-citations", TextCut.named("300"))).getMessage().contains("is no text"));
    }

    private static TrainSettings settings(String method, String sparsity, String from) {
        return new TrainSettings(MODEL, "text", method, sparsity, method.equals("static") ? "uniform" : "", List.of(), 2, 4, "adam", 0.01, "cosine", 0, 1, 3, from.isEmpty() ? "300" : "", from, "");
    }

    private Problem problem(TrainSettings settings) {
        NextToken all = (NextToken) KnownData.open(text.toString(), settings.from().isEmpty() ? TextCut.named("300") : StoredText.cut(settings.from()));
        return new NextToken(all.name(), all.train(), all.test(), 32);
    }

    private TrainOutcome run(TrainSettings settings, String folder) {
        return new TrainRun(settings, new TrainFolder(temp.resolve(folder)), 2, Progress.silent(), p -> { }, HURRIED).run(problem(settings), false);
    }
}
