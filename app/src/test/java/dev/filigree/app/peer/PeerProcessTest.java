package dev.filigree.app.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Pooling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens without a working peer; with one, the bench module's tests say. */
class PeerProcessTest {

    @TempDir
    private Path folder;

    @Test
    void anAbsentRuntimeOrModelIsNamed() throws IOException {
        Path present = Files.createFile(folder.resolve("present"));
        Path absent = folder.resolve("absent");
        assertEquals(absent + " is missing", failure(absent, present).getMessage());
        assertEquals(absent + " is missing", failure(present, absent).getMessage());
    }

    @Test
    void aRuntimeThatIsNoneEndsInOneLine() throws IOException {
        Path emptyJar = folder.resolve("empty.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(emptyJar))) {
            out.putNextEntry(new ZipEntry("nothing"));
        }
        Path model = Files.createFile(folder.resolve("model.onnx"));
        String message = failure(emptyJar, model).getMessage();
        assertTrue(message.startsWith("the peer process ended with exit code 1: "), message);
        assertTrue(message.contains("ai.onnxruntime"), message);
        assertEquals(1, message.lines().count(), message);
    }

    private static PeerFailure failure(Path runtime, Path model) {
        return assertThrows(PeerFailure.class,
                () -> PeerProcess.start(runtime, new PeerModel(model, null, Pooling.MEAN, 10), 1).close());
    }
}
