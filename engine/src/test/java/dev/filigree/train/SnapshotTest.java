package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Layout;
import dev.filigree.kernel.Kernels;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run can be stopped anywhere, in any way, and goes on as if nothing had happened. */
class SnapshotTest {

    private static final Map<String, String> SETTINGS = Map.of("sparsity", "60 %", "seed", "3");
    private static final long STEPS = 9;

    @TempDir
    Path folder;

    private static Runs.Run run(int threads) {
        return new Runs(Kernels.scalar(), threads).start(STEPS, List.of(new TrainLawTest.Rewire(2), new Draws(), new TrainLawTest.Rewire(6)));
    }

    /** A hook with state of its own, which ends up in the weights. */
    static final class Draws implements Hook {

        private double sum;

        @Override
        public void afterBackward(Loop loop, long step) {
            sum += loop.rng("draws").nextDouble();
            var gradient = loop.gradients().of(loop.model().param("encoder.layer.0.output.dense.bias"));
            gradient.set(0, (float) (gradient.get(0) + sum));
        }

        @Override
        public void save(StateWriter out) {
            out.put("sum", sum);
        }

        @Override
        public void load(StateReader in) {
            sum = in.number("sum");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 5, 6, 8})
    void aResumedRunGoesOnBitForBit(long stop) {
        Path file = folder.resolve("state.safetensors");
        try (Runs.Run first = run(1)) {
            while (first.loop().step() < stop) {
                first.loop().advance();
            }
            Snapshot.save(file, first.loop(), SETTINGS);
        }
        Snapshot stored = Snapshot.peek(file);
        assertEquals(stop, stored.step());
        assertEquals(STEPS, stored.steps());
        assertEquals(SETTINGS, stored.settings());
        Runs.Run second = run(2);
        second.loop().rng("used before it is resumed").nextLong();
        Snapshot.load(file, second.loop(), SETTINGS);
        assertArrayEquals(TrainLawTest.weights(run(1)), TrainLawTest.weights(second));
    }

    @Test
    void aKilledProcessLeavesTheLastWholeState() throws Exception {
        Path file = folder.resolve("state.safetensors");
        Process first = child(file, 1);
        try (BufferedReader out = first.inputReader()) {
            String line;
            do {
                line = out.readLine();
                assertTrue(line != null, "the child ended early");
            } while (!line.equals("4"));
            first.destroyForcibly();
        }
        assertTrue(first.waitFor() != 0, "the child was killed");
        long at = Snapshot.peek(file).step();
        assertTrue(at >= 4 && at < STEPS, "stored at step " + at);
        Process second = child(file, 2);
        String[] lines;
        try (BufferedReader out = second.inputReader()) {
            lines = out.lines().toArray(String[]::new);
        }
        assertEquals(0, second.waitFor());
        assertEquals(Long.toString(at + 1), lines[0], "goes on where it was stored");
        assertEquals(Integer.toHexString(Arrays.hashCode(TrainLawTest.weights(run(1)))), lines[lines.length - 1]);
        try (var left = Files.list(folder)) {
            assertTrue(left.allMatch(f -> f.equals(file) || f.getFileName().toString().endsWith(".partial")), "nothing else is left");
        }
    }

    private static Process child(Path file, int threads) throws IOException {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), Child.class.getName(), file.toString(), Integer.toString(threads))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Trains and stores its state after every step; resumes what is stored. */
    static final class Child {

        private Child() {
        }

        public static void main(String[] args) {
            Path file = Path.of(args[0]);
            Runs.Run run = run(Integer.parseInt(args[1]));
            if (Files.exists(file)) {
                Snapshot.load(file, run.loop(), SETTINGS);
            }
            run.loop().run((step, steps, loss, batch, seconds) -> {
                Snapshot.save(file, run.loop(), SETTINGS);
                System.out.println(step);
            });
            System.out.println(Integer.toHexString(Arrays.hashCode(TrainLawTest.weights(run.loop().model()))));
        }
    }

    @Test
    void whatDoesNotBelongTogetherIsRefusedInOneLine() throws IOException {
        Path file = folder.resolve("state.safetensors");
        try (Runs.Run run = run(1)) {
            Snapshot.save(file, run.loop(), SETTINGS);
            refused(file, run, Map.of("sparsity", "80 %", "seed", "3"), "sparsity 60 %");
            refused(file, run, Map.of("sparsity", "60 %"), "seed 3");
            Setup s = run.loop().setup();
            SentenceBatches others = new SentenceBatches(Runs.sentences().subList(0, 29), 8, new Rng(2));
            Setup otherData = new Setup(s.step(), others, s.optimizer(), s.rate(), s.rates(), s.clip(), STEPS, s.layout(), List.of(), s.rng());
            try (Loop loop = new Loop(run.compute(), run.loop().model(), otherData)) {
                assertLine(assertThrows(UserError.class, () -> Snapshot.load(file, loop, SETTINGS)), "data");
            }
            try (Loop loop = new Loop(run.compute(), run.loop().model(), s.withSteps(5))) {
                assertLine(assertThrows(UserError.class, () -> Snapshot.load(file, loop, SETTINGS)), "steps 9");
            }
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
            refused(file, run, SETTINGS, "state.safetensors");
        }
    }

    @Test
    void aWeightIsHeldAsItWasStored() {
        Path file = folder.resolve("state.safetensors");
        try (Runs.Run run = run(1)) {
            try (Loop narrow = in(run, Layout.csr(8))) {
                Snapshot.save(file, narrow, SETTINGS);
            }
            try (Loop wide = in(run, Layout.csr(16))) {
                Csr before = (Csr) wide.model().param(wide.model().sites().getFirst()).forward();
                Snapshot.load(file, wide, SETTINGS);
                Csr after = (Csr) wide.model().param(wide.model().sites().getFirst()).forward();
                assertEquals(16, before.chunk());
                assertEquals(8, after.chunk());
                assertEquals(before.nonZeros(), after.nonZeros());
            }
        }
    }

    private static Loop in(Runs.Run run, Layout layout) {
        Setup s = run.loop().setup();
        return new Loop(run.compute(), run.loop().model(), new Setup(s.step(), s.batches(), s.optimizer(), s.rate(), s.rates(), s.clip(), STEPS, layout, List.of(), s.rng()));
    }

    private static void refused(Path file, Runs.Run run, Map<String, String> settings, String expected) {
        assertLine(assertThrows(UserError.class, () -> Snapshot.load(file, run.loop(), settings)), expected);
    }

    private static void assertLine(UserError e, String expected) {
        assertTrue(e.getMessage().contains(expected), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
