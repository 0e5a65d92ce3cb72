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
        Path emptyJar = jar("empty.jar", "nothing");
        Path model = Files.createFile(folder.resolve("model.onnx"));
        String message = failure(emptyJar, model).getMessage();
        assertTrue(message.startsWith("the peer process ended with exit code 1: "), message);
        assertTrue(message.contains("ai.onnxruntime"), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void theModelInAJarIsFoundByItsEnding() throws Exception {
        Path one = jar("one.jar", "a/model.onnx", "tokenizer.json");
        assertEquals(new PeerModel(one, "a/model.onnx", Pooling.CLS, 10), PeerModel.of(one, Pooling.CLS, 10));
        Path plain = folder.resolve("x.onnx");
        assertEquals(new PeerModel(plain, null, Pooling.MEAN, 10), PeerModel.of(plain, Pooling.MEAN, 10));
        Path two = jar("two.jar", "a.onnx", "b.onnx");
        assertThrows(PeerFailure.class, () -> PeerModel.of(two, Pooling.MEAN, 10));
        assertThrows(PeerFailure.class, () -> PeerModel.of(folder.resolve("absent.jar"), Pooling.MEAN, 10));
    }

    private Path jar(String name, String... entries) throws IOException {
        Path jar = folder.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            for (String entry : entries) {
                out.putNextEntry(new ZipEntry(entry));
            }
        }
        return jar;
    }

    private static PeerFailure failure(Path runtime, Path model) {
        return assertThrows(PeerFailure.class,
                () -> PeerProcess.start(runtime, new PeerModel(model, null, Pooling.MEAN, 10), 1).close());
    }
}
