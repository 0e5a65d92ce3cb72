package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code filigree convert} with the model that comes along. */
class ConvertTest {

    @TempDir
    private Path folder;

    private static String text(String model) {
        MainTest.Ran ran = MainTest.run("generate", model, "-p", "Once upon a time", "-n", "60");
        assertEquals(0, ran.code(), ran.err());
        return ran.out();
    }

    private String convert(String from, String to, String type) {
        MainTest.Ran ran = MainTest.run("convert", from, folder.resolve(to).toString(), "--type", type);
        assertEquals(0, ran.code(), ran.err());
        return ran.out();
    }

    @Test
    void everyFormatTellsTheSameStory() throws Exception {
        String story = text("stories260k");
        convert("stories260k", "a.gguf", "f32");
        assertEquals(story, text(folder.resolve("a.gguf").toString()));
        convert(folder.resolve("a.gguf").toString(), "hf", "f32");
        assertTrue(!Files.readString(folder.resolve("hf/config.json")).contains("rope_interleaved"), "halves, as everybody reads them");
        assertEquals(story, text(folder.resolve("hf").toString()));
        convert(folder.resolve("hf").toString(), "b.gguf", "f16");
        assertEquals(story.substring(0, 100), text(folder.resolve("b.gguf").toString()).substring(0, 100));
        String said = convert("stories260k", "c.gguf", "q8_0");
        assertTrue(said.contains("5 matrices are f16"), said); // the feed-forward net has 172 features inside
        assertTrue(Files.size(folder.resolve("c.gguf")) < 0.4 * Files.size(folder.resolve("a.gguf")), "a byte and a bit for a number, and the vocabulary");
    }

    @Test
    void faultsAreOneLine() {
        fault("--type", "convert", "stories260k", folder.resolve("x.gguf").toString(), "--type", "q5_k");
        fault("for a folder", "convert", "stories260k", folder.resolve("x").toString(), "--type", "q8_0");
        fault("--type: found bf16 beside --weights", "convert", "stories260k", folder.resolve("x").toString(), "--type", "bf16", "--weights", "int8");
        fault("already there", "convert", "stories260k", folder.toString());
    }

    private static void fault(String part, String... args) {
        MainTest.Ran ran = MainTest.run(args);
        assertTrue(ran.code() != 0 && ran.err().contains(part) && ran.err().strip().lines().count() == 1, ran.err());
    }
}
