package dev.filigree.infer.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Llama;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thresholds come back from their file, and nothing else does. */
class PolicyFileTest {

    private static final String ASKED = "teal(sparsity=0.5,allocation=uniform)";

    @TempDir
    private Path folder;

    @Test
    void whatComesBackIsWhatWasWritten() throws IOException {
        try (Parallel parallel = new Parallel(1)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Llama model = PolicyTest.model(compute);
            List<int[]> text = List.of(IntStream.range(0, 60).map(i -> i * i % 53).toArray());
            Gates gates = Gates.of(ASKED, new Calibration(model, compute, text, n -> { }));
            Path file = PolicyFile.place(folder.resolve("model.bin"), ASKED);
            assertTrue(PolicyFile.read(file, ASKED, model, "a").isEmpty(), "none yet");
            PolicyFile.write(file, gates, "a");
            assertEquals(gates.levels(), PolicyFile.read(file, ASKED, model, "a").orElseThrow().levels());
            fault("checksum", file, ASKED, model, "b");
            fault("expected 'teal:40%'", file, "teal:40%", model, "a");
            byte[] whole = Files.readAllBytes(file);
            Files.writeString(file, new String(whole, StandardCharsets.UTF_8).replace("\"version\" : 1", "\"version\" : 7"));
            fault("version 7", file, ASKED, model, "a");
            Files.writeString(file, new String(whole, StandardCharsets.UTF_8).replace("layers.1", "layers.9"));
            fault("does not have", file, ASKED, model, "a");
            Files.writeString(file, new String(whole, StandardCharsets.UTF_8).replaceFirst("\"threshold\" : [0-9.E-]+", "\"threshold\" : -3"));
            fault("threshold", file, ASKED, model, "a");
            Random random = new Random(1);
            for (int i = 0; i < 300; i++) {
                byte[] broken = whole.clone();
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
                Files.write(file, i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : broken);
                try {
                    PolicyFile.read(file, ASKED, model, "a");
                } catch (UserError e) {
                    assertTrue(e.getMessage().contains("delete it") && e.getMessage().lines().count() == 1, e.getMessage());
                }
            }
        }
    }

    private static void fault(String part, Path file, String asked, Llama model, String checksum) {
        String message = assertThrows(UserError.class, () -> PolicyFile.read(file, asked, model, checksum)).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void theChecksumIsThatOfTheWeights() throws IOException {
        Path file = Files.write(folder.resolve("a.safetensors"), new byte[] {1, 2, 3});
        String before = PolicyFile.checksum(folder);
        assertEquals(before, PolicyFile.checksum(file));
        Files.writeString(folder.resolve("notes.txt"), "something");
        assertEquals(before, PolicyFile.checksum(folder));
        Files.write(file, new byte[] {1, 2, 4});
        assertNotEquals(before, PolicyFile.checksum(folder));
    }
}
