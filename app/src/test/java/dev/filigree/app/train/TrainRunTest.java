package dev.filigree.app.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.data.KnownData;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.report.Progress;
import dev.filigree.train.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs of training in a folder: what they leave, that they learn, and that a killed one goes on bit for bit. */
class TrainRunTest {

    private static final TrainRun.Pace HURRIED = new TrainRun.Pace(0, 0.01);

    @TempDir
    private Path temp;

    @Test
    void aRunLearnsAndLeavesEverythingInItsFolder() throws IOException {
        TrainOutcome o = run(settings("rigl(every=10)", "90%", 3, 0.1), "whole", 2, false);
        assertTrue(o.last().right() > 0.6, "accuracy " + o.last().right());
        assertEquals(0.9, o.achieved(), 0.001);
        assertEquals(3, o.curve().size());
        assertTrue(o.memory().parameters() < 0.3 * o.twin().memory().parameters(), o.costs().text(120));
        assertEquals(List.of("csr", "csr", "dense"), o.plan().stream().map(TrainOutcome.Layer::layout).toList());
        assertEquals(o.plan(), new TrainFolder(temp.resolve("whole")).plan());
        for (String file : List.of("train.json", "plan.json", "state.safetensors", "report.html", "report.json")) {
            assertTrue(Files.size(temp.resolve("whole").resolve(file)) > 0, file);
        }
        String page = Files.readString(temp.resolve("whole/report.html"));
        assertTrue(page.contains("Accuracy") && page.contains("nothing of dense size"), "the page has curve and footprint");
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @ValueSource(strings = {"dense", "set(every=7)", "rigl(every=7)", "gmp(times=5)", "sr-ste(pattern=1:4,every=3)"})
    void aRunThatIsKilledAtRandomMomentsEndsInTheSameBits(String method) throws Exception {
        TrainSettings settings = settings("mlp(hidden=40-20)", method, method.equals("dense") || method.startsWith("sr-ste") ? "" : "80%", 0.6, 0.05);
        assertEquals(0, child(settings, "whole", 1).waitFor(), this::said);
        Rng rng = new Rng(method.hashCode());
        Path state = temp.resolve("killed/state.safetensors");
        long reached = 0;
        for (int kills = 0; kills < 2; kills++) {
            long enough = reached + 1 + rng.nextInt(11);
            Process child = child(settings, "killed", 2);
            while (child.isAlive() && (!Files.exists(state) || Snapshot.peek(state).step() < enough)) {
                Thread.sleep(5);
            }
            assertTrue(child.isAlive(), () -> "killed while it trained: " + said());
            child.destroyForcibly().waitFor();
            reached = Snapshot.peek(state).step();
        }
        assertEquals(0, child(settings, "killed", 1).waitFor(), this::said);
        assertTrue(new TrainFolder(temp.resolve("killed")).ended(), "it ended at last");
        assertArrayEquals(Files.readAllBytes(temp.resolve("whole/state.safetensors")), Files.readAllBytes(temp.resolve("killed/state.safetensors")));
    }

    @Test
    void aStateThatDoesNotFitLosesNothing() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "a limit on the size of files needs a shell");
        TrainSettings settings = settings("mlp(hidden=40-20)", "rigl(every=7)", "80%", 0.4, 0.05);
        assertEquals(0, child(settings, "whole", 1).waitFor(), this::said);
        Path state = temp.resolve("full/state.safetensors");
        Process first = child(settings, "full", 1);
        while (first.isAlive() && (!Files.exists(state) || Snapshot.peek(state).step() < 5)) {
            Thread.sleep(5);
        }
        first.destroyForcibly().waitFor();
        byte[] good = Files.readAllBytes(state);
        List<String> before = names(state.getParent());
        Process refused = started(Stream.concat(Stream.of("/bin/sh", "-c", "ulimit -f 16 && exec \"$@\"", "sh"), command(settings, "full", 1).stream()).toList());
        assertEquals(1, refused.waitFor(), this::said);
        String line = said().lines().filter(l -> l.contains("cannot be written")).findFirst().orElseThrow(() -> new AssertionError(said()));
        assertTrue(line.startsWith(state + ": cannot be written") && line.contains("the last good state is that of step " + Snapshot.peek(state).step()), line);
        assertArrayEquals(good, Files.readAllBytes(state));
        assertEquals(before, names(state.getParent()));
        assertEquals(0, child(settings, "full", 1).waitFor(), this::said);
        assertArrayEquals(Files.readAllBytes(temp.resolve("whole/state.safetensors")), Files.readAllBytes(state));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void divergenceNamesTheStepAndTheLastGoodState() {
        UserError e = assertThrows(UserError.class, () -> run(settings("static", "50%", 2, 1e30), "diverged", 1, false));
        assertTrue(e.getMessage().matches("training: the loss is (NaN|Infinity) at step \\d+ of 94; lower the learning rate, found 1.0E30; "
                + "(no state had been kept yet|the last good state is that of step \\d+ in .*)"), e.getMessage());
    }

    @Test
    void aStateOfAnotherRunIsRefused() {
        run(settings("static", "50%", 0.2, 0.05), "one", 1, false);
        UserError e = assertThrows(UserError.class, () -> run(settings("static", "60%", 0.2, 0.05), "one", 1, true));
        assertTrue(e.getMessage().contains("was started with sparsity 50%, found 60%"), e.getMessage());
    }

    private static TrainSettings settings(String method, String sparsity, double epochs, double rate) {
        return settings("lenet-300-100", method, sparsity, epochs, rate);
    }

    private static TrainSettings settings(String model, String method, String sparsity, double epochs, double rate) {
        return new TrainSettings(model, "fashion-mnist", method, sparsity, "", List.of(), epochs, 128, "sgd", rate, "cosine", 0, 10, 3);
    }

    private TrainOutcome run(TrainSettings settings, String folder, int threads, boolean resume) {
        return new TrainRun(settings, new TrainFolder(temp.resolve(folder)), threads, Progress.silent(), p -> { }, HURRIED)
                .run(KnownData.bundled("fashion-mnist"), resume);
    }

    private String said() {
        try {
            return Files.readString(temp.resolve("child.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private Process child(TrainSettings settings, String folder, int threads) throws IOException {
        return started(command(settings, folder, threads));
    }

    private Process started(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(temp.resolve("child.log").toFile()).start();
    }

    private List<String> command(TrainSettings settings, String folder, int threads) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED", "-XX:-UsePerfData", "-Dfiligree.kernels=scalar", "-cp", System.getProperty("java.class.path"), Child.class.getName(), temp.resolve(folder).toString(),
                settings.method(), settings.sparsity(), Double.toString(settings.epochs()), Double.toString(settings.rate()), Integer.toString(threads), settings.model());
    }

    /** Begins or goes on. */
    static final class Child {

        private Child() {
        }

        public static void main(String[] args) {
            TrainSettings settings = settings(args[6], args[1], args[2], Double.parseDouble(args[3]), Double.parseDouble(args[4]));
            try {
                new TrainRun(settings, new TrainFolder(Path.of(args[0])), Integer.parseInt(args[5]), Progress.silent(), p -> { }, HURRIED)
                        .run(KnownData.bundled("fashion-mnist"), true);
            } catch (UserError e) {
                System.out.println(e.getMessage());
                System.exit(1);
            }
        }
    }
}
