package dev.filigree.app.sparsify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import dev.filigree.infer.Plan;
import dev.filigree.infer.Profile;
import dev.filigree.infer.SentenceEncoder;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.ModelFolder;
import dev.filigree.io.StoredTensor;
import dev.filigree.report.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The main job from a model's folder to the report, on a model of a few thousand weights. */
class SparsifyRunTest {

    @TempDir
    Path folder;

    private Settings settings(String pattern, String sparsity, String method, String recover, String store) throws IOException {
        return new Settings(TinyModel.write(folder.resolve("model")).toString(), "", sparsity, pattern, "uniform", method, recover, "held", "both", store,
                TinyModel.sentences(folder.resolve("text.txt")).toString(), TinyModel.pairs(folder.resolve("pairs.tsv")).toString(), 64, "1g", Settings.Judged.NONE, "", 1);
    }

    @ParameterizedTest
    @CsvSource({
        "unstructured, 80%, sparsegpt+faithful+least-squares, 30steps, fp32, 0.80",
        "2:4,          '',  wanda+dsnot,                      0,       int8, 0.50",
    })
    void aPersonsOwnFolderBecomesASparseOneWithItsReport(String pattern, String sparsity, String method, String recover, String store, double achieved)
            throws IOException {
        Path out = folder.resolve("out");
        Outcome outcome = new SparsifyRun(settings(pattern, sparsity, method, recover, store), out, 2, Progress.silent()).run(null);
        assertEquals(achieved, outcome.achieved(), 0.01);
        assertEquals(2, outcome.absent().size(), "there is no ONNX file, so no rival, and nothing is fetched");
        assertEquals(List.of("dense", "sparse"), outcome.speed().stream().map(Speed.Result::name).toList());
        assertTrue(outcome.last().nearness() > 0.3 && outcome.last().nearness() < 1, outcome.quality().toString());
        assertTrue(outcome.text(100).contains("=> "), "a recommendation");
        for (String file : List.of("model.safetensors", "config.json", "tokenizer.json", "report.html", "report.json")) {
            assertTrue(Files.size(out.resolve(file)) > 0, file);
        }
        assertFalse(RunState.unfinished(out));
        try (SentenceEncoder encoder = SentenceEncoder.open(out, 1)) {
            assertEquals(16, encoder.embed("worda wordb").length);
            assertEquals(Profile.SENTENCES.batches().stream().map(Profile.Batch::tokens).toList(),
                    encoder.plan().orElseThrow().steps().stream().map(Plan.Step::tokens).toList(), "the plan is stored");
        }
    }

    @Test
    void aRunThatWasKilledGoesOnToTheSameBits() throws Exception {
        Settings settings = settings("unstructured", "80%", "sparsegpt", "400steps", "fp32");
        Path whole = folder.resolve("whole");
        Path killed = folder.resolve("killed");
        new SparsifyRun(settings, whole, 2, Progress.silent()).run(null);
        kill(Child.class, killed, folder);
        new SparsifyRun(RunState.read(killed).settings(), killed, 1, Progress.silent()).run(RunState.read(killed));
        assertSameTensors(whole, killed);
        try (Stream<Path> left = Files.list(killed)) {
            assertTrue(left.noneMatch(f -> f.toString().endsWith(".partial")), "nothing half-written is left");
        }
    }

    @Test
    void tooLittleTextIsOneLine() throws IOException {
        Settings s = settings("unstructured", "80%", "magnitude", "0", "fp32");
        Files.write(folder.resolve("text.txt"), List.of("worda wordb wordc", "wordd worde wordf"));
        UserError e = assertThrows(UserError.class, () -> new SparsifyRun(s, folder.resolve("out"), 1, Progress.silent()).run(null));
        assertTrue(e.getMessage().contains("text.txt") && e.getMessage().contains("expected at least"), e.getMessage());
        assertFalse(Files.exists(folder.resolve("out")), "nothing was written");
    }

    /** Starts a run in a process of its own, and kills it once it has kept a state. */
    static void kill(Class<?> run, Path killed, Path folder) throws Exception {
        Path log = folder.resolve("child.txt");
        Process child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), run.getName(), killed.toString(),
                folder.toString()).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        while (!RunState.unfinished(killed) && child.isAlive()) {
            Thread.sleep(2);
        }
        child.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        String said = Files.readString(log);
        assertTrue(RunState.unfinished(killed), () -> "stopped while it recovered: " + said);
    }

    /** Files differ in the times that the planner measured, and in nothing else. */
    static void assertSameTensors(Path a, Path b) {
        try (Checkpoint left = ModelFolder.weights(a); Checkpoint right = ModelFolder.weights(b)) {
            assertEquals(names(left), names(right));
            for (String name : names(left)) {
                assertEquals(-1, left.tensor(name).data().mismatch(right.tensor(name).data()), name);
            }
        }
    }

    private static List<String> names(Checkpoint c) {
        return c.tensors().stream().map(StoredTensor::name).sorted().toList();
    }

    /** Runs until it is killed, and stores its state after every step. */
    static final class Child {

        private Child() {
        }

        public static void main(String[] args) throws IOException {
            SparsifyRunTest test = new SparsifyRunTest();
            test.folder = Path.of(args[1]);
            new SparsifyRun(test.settings("unstructured", "80%", "sparsegpt", "400steps", "fp32"), Path.of(args[0]), 2, Progress.silent(), 0).run(null);
        }
    }
}
