package dev.filigree.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code filigree generate} and {@code perplexity} with the model that comes along. */
class GenerateTest {

    /** What llama2.c's own tests expect of this model at temperature 0. */
    private static final String GREEDY = "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. "
            + "She wanted to play with it, but it was too high.\nLily's mom said, \"Lily, let's go to the park.\" Lily was sad and didn't know what to do. "
            + "She said, \"I want to play with your ball, but I can't find it.\"\nLily was sad and didn't know what to do.";

    private static final String STORY = "Tom had a red caf\u00e9 and a cat. One day the cat ran away, and Tom was sad. He looked in the garden, under the bed and behind the door. "
            + "\"Where are you?\" he said. Then he heard a soft sound from the box. The cat was in the box with three kittens! Tom smiled and gave them milk.";

    @TempDir
    private Path folder;

    @Test
    void greedyTextIsThatOfItsAuthor() {
        for (String prompt : new String[] {"", "Once upon a time", "Once upon a time, there was a little girl named Lily."}) {
            MainTest.Ran ran = MainTest.run("generate", "stories260k", "-p", prompt, "-n", "160", "--threads", "2");
            assertEquals(0, ran.code(), ran.err());
            String text = ran.out().strip();
            assertEquals(GREEDY, text.substring(0, Math.min(GREEDY.length(), text.length())));
            assertTrue(ran.err().contains("a second") && ran.err().contains("of keys and values"), ran.err());
        }
    }

    @Test
    void aCacheOf16BitsForeseesAlike() throws IOException {
        JsonNode half = new ObjectMapper().readTree(MainTest.run("generate", "stories260k", "-n", "100", "--cache", "fp16", "--json").out());
        assertTrue(GREEDY.startsWith(half.path("text").asText().strip().substring(0, 200)), half.toString());
        Path file = Files.writeString(folder.resolve("story.txt"), STORY, StandardCharsets.UTF_8);
        assertEquals(1.84463180, new ObjectMapper().readTree(MainTest.run("perplexity", "stories260k", file.toString(), "--cache", "fp16", "--json").out()).path("loss").doubleValue(), 1e-3);
        fault("--cache", "generate", "stories260k", "--cache", "fp8");
    }

    @Test
    void whatAPolicyDraftsIsCorrected() throws IOException {
        String[] ask = {"generate", "stories260k", "-n", "100", "--policy", "teal(sparsity=60%,allocation=uniform)", "--calibration-tokens", "200", "--correct", "exact"};
        MainTest.Ran ran = MainTest.run(ask);
        assertTrue(GREEDY.startsWith(ran.out().strip().substring(0, 200)), ran.out());
        assertTrue(ran.err().contains("of a block of 16 stay, effective density"), ran.err());
        ask[ask.length - 1] = "--json";
        JsonNode sirius = new ObjectMapper().readTree(MainTest.run(ask).out());
        assertTrue(sirius.path("accepted_length").doubleValue() >= 1 && sirius.path("effective_density").doubleValue() > 0.4, sirius.toString());
        fault("--correct", "generate", "stories260k", "--correct");
        fault("--correct", "generate", "stories260k", "--policy", "teal:50%", "--correct", "never");
    }

    @Test
    void manyPromptsAreALineEach() throws IOException {
        Path file = Files.writeString(folder.resolve("prompts.txt"), "Once upon a time\n\nThe dog\nOnce upon a time\n");
        MainTest.Ran ran = MainTest.run("generate", "stories260k", "--prompts", file.toString(), "-n", "30", "--batch", "2", "--json", "--compare");
        assertEquals(0, ran.code(), ran.err());
        JsonNode[] lines = ran.out().lines().map(l -> {
            try {
                return new ObjectMapper().readTree(l);
            } catch (IOException e) {
                throw new AssertionError(l, e);
            }
        }).toArray(JsonNode[]::new);
        assertEquals(3, lines.length, ran.out());
        assertTrue(GREEDY.startsWith("Once upon a time" + lines[0].path("text").asText()), ran.out());
        assertEquals(lines[0].path("text"), lines[2].path("text"));
        assertTrue(ran.err().contains("one by one") && ran.err().contains("added a second"), ran.err());
        fault("--prompt", "generate", "stories260k", "--prompts", file.toString(), "-p", "The dog");
        fault("--chunk", "generate", "stories260k", "--prompts", file.toString(), "--chunk", "0");
        fault("--compare", "generate", "stories260k", "--compare");
        assertEquals("", MainTest.run("generate", "stories260k", "-p", "The dog", "-n", "0").out(), "no prompt before a fault");
        fault("--activation-tokens", "perplexity", "stories260k", file.toString(), "--activation-ratio", "1%", "--activation-tokens", "0");
        fault("--batch", "generate", "stories260k", "--prompts", file.toString(), "--batch", "0");
        fault("cache", "generate", "stories260k", "--prompts", file.toString(), "--cache-tokens", "20");
        fault("cannot be read", "generate", "stories260k", "--prompts", folder.resolve("none").toString());
    }

    @Test
    void drawsFollowTheSeedAndEndWhereTheyShould() throws IOException {
        String[] ask = {"generate", "stories260k", "-p", "The dog", "-n", "40", "--temperature", "1", "--top-p", "0.9", "--json", "--seed", "3"};
        JsonNode once = new ObjectMapper().readTree(MainTest.run(ask).out());
        assertEquals(once.path("text"), new ObjectMapper().readTree(MainTest.run(ask).out()).path("text"));
        ask[ask.length - 1] = "4";
        assertTrue(!once.path("text").equals(new ObjectMapper().readTree(MainTest.run(ask).out()).path("text")), "another seed, another text");
        assertEquals(40, once.path("tokens").intValue());
        String stopped = MainTest.run("generate", "stories260k", "-p", "Once upon a time", "-n", "60", "--stop", "girl named", "--stop", "zebra").out();
        assertEquals("Once upon a time, there was a little", stopped.strip());
    }

    /** Computed by a separate program in double precision: loss, and the number of tokens. */
    @Test
    void perplexityIsThatOfAnIndependentProgram() throws IOException {
        Path file = Files.writeString(folder.resolve("story.txt"), STORY, StandardCharsets.UTF_8);
        JsonNode whole = new ObjectMapper().readTree(MainTest.run("perplexity", "stories260k", file.toString(), "--json").out());
        assertEquals(126, whole.path("tokens").intValue());
        assertEquals(1.84463180, whole.path("loss").doubleValue(), 2e-5);
        assertEquals(6.32577023, whole.path("perplexity").doubleValue(), 1e-4);
        assertEquals(1.22378242, whole.path("bits_per_byte").doubleValue(), 2e-5);
        MainTest.Ran windows = MainTest.run("perplexity", "stories260k", file.toString(), "--window", "64", "--stride", "32");
        assertTrue(windows.out().startsWith("loss 1.8790, perplexity 6.5471, 1.2466 bits a byte; 126 tokens of 274 bytes in 3 windows of 64, stride 32"), windows.out());
    }

    /** 8-bit weights cost a little of the score, 16-bit ones hardly any. */
    @Test
    void weightsInFewBitsForeseeNearlyAsWell() throws IOException {
        Path file = Files.writeString(folder.resolve("story.txt"), STORY, StandardCharsets.UTF_8);
        for (String weights : new String[] {"bf16", "int8"}) {
            JsonNode found = new ObjectMapper().readTree(MainTest.run("perplexity", "stories260k", file.toString(), "--weights", weights, "--json").out());
            assertEquals(1.84463180, found.path("loss").doubleValue(), 0.02, weights);
            assertTrue(found.path("loss").doubleValue() != 1.84463180, weights);
        }
        JsonNode made = new ObjectMapper().readTree(MainTest.run("generate", "stories260k", "-p", "Once", "-n", "5", "--weights", "int8", "--json").out());
        assertEquals("columns int8", made.path("weight_layouts").path(0).asText());
        assertTrue(made.path("weight_bytes").longValue() < 320_000, made.toString());
    }

    /** The policy that leaves out nothing gives the same text, one that leaves out something says how much, and its thresholds are kept beside the model. */
    @Test
    void aPolicySaysWhatItSpent() throws IOException {
        MainTest.Ran whole = MainTest.run("generate", "stories260k", "-n", "40", "--policy", "topk:172");
        assertTrue(GREEDY.startsWith(whole.out().strip()), whole.out());
        Path file = Files.writeString(folder.resolve("story.txt"), STORY, StandardCharsets.UTF_8);
        for (String part : new String[] {"model.bin", "tokenizer.bin"}) {
            try (InputStream in = getClass().getResourceAsStream("/dev/filigree/data/stories260k/" + part)) {
                Files.copy(in, folder.resolve(part));
            }
        }
        String[] ask = {"perplexity", folder.toString(), file.toString(), "--json", "--policy", "teal(sparsity=50%,allocation=uniform)", "--calibration-tokens", "300"};
        JsonNode first = new ObjectMapper().readTree(MainTest.run(ask).out());
        assertEquals(0.5, first.path("weights_skipped").doubleValue(), 0.06);
        assertTrue(first.path("perplexity").doubleValue() > 6.33, "something is lost");
        Path kept = folder.resolve("policies").resolve("teal-sparsity-50-allocation-uniform.json");
        assertTrue(Files.exists(kept));
        MainTest.Ran again = MainTest.run(ask);
        assertEquals(first, new ObjectMapper().readTree(again.out()), "with the thresholds that were kept");
        assertTrue(!again.err().contains("calibration text"), again.err());
        JsonNode units = new ObjectMapper().readTree(MainTest.run("perplexity", folder.toString(), file.toString(), "--json", "--activation-ratio", "5%").out());
        assertTrue(units.path("activation_ratio").doubleValue() < 0.9 && units.path("perplexity_reached").doubleValue() <= 1.05 * units.path("perplexity").doubleValue(), units.toString());
        Files.writeString(kept, "{}");
        fault("delete it", ask);
    }

    @Test
    void packedFoldersSayTheSame() {
        Path packed = folder.resolve("packed");
        MainTest.Ran ran = MainTest.run("convert", "stories260k", packed.toString(), "--weights", "int8");
        assertEquals(0, ran.code(), ran.err());
        String expected = MainTest.run("generate", "stories260k", "-p", "Once", "-n", "20", "--weights", "int8").out();
        assertEquals(expected, MainTest.run("generate", packed.toString(), "-p", "Once", "-n", "20").out());
        fault("--weights", "generate", packed.toString(), "--weights", "bf16");
        fault("--weights", "convert", "stories260k", folder.resolve("a.gguf").toString(), "--weights", "int8");
    }

    /** The turned model says the same where everything is read, and is skipped by as much; the matrices that turn it are read whole. */
    @Test
    void winaTurnsTheModelFirst() throws IOException {
        String whole = MainTest.run("generate", "stories260k", "-p", "Once upon a time", "-n", "40").out();
        MainTest.Ran all = MainTest.run("generate", "stories260k", "-p", "Once upon a time", "-n", "40", "--policy", "wina(sparsity=0%,rotate=true)", "--calibration-tokens", "100");
        assertEquals(whole, all.out());
        MainTest.Ran half = MainTest.run("generate", "stories260k", "-p", "Once upon a time", "-n", "40", "--policy", "wina(sparsity=50%,rotate=true,allocation=uniform)", "--calibration-tokens", "300");
        assertEquals(0, half.code(), half.err());
        assertTrue(half.err().contains("policy wina"), half.err());
    }

    @Test
    void faultsAreOneLine() throws IOException {
        fault("--temperature", "generate", "stories260k", "--temperature", "-1");
        fault("--weights", "generate", "stories260k", "--weights", "int4");
        fault("context", "generate", "stories260k", "-p", "word ".repeat(600));
        fault("did you mean teal", "generate", "stories260k", "--policy", "tael:50%");
        fault("share such as 50%", "generate", "stories260k", "--policy", "teal:500%");
        fault("172 hidden units", "generate", "stories260k", "--policy", "topk:500");
        fault("without --policy", "generate", "stories260k", "--calibration", "story.txt");
        fault("--calibration-tokens", "generate", "stories260k", "--policy", "teal", "--calibration-tokens", "1");
        fault("no such language model", "generate", folder.resolve("nothing").toString());
        Path file = Files.write(folder.resolve("bytes.txt"), new byte[] {(byte) 0xff, 'a'});
        fault("UTF-8", "perplexity", "stories260k", file.toString());
        Files.writeString(file, "a story");
        fault("--window", "perplexity", "stories260k", file.toString(), "--window", "4000");
        fault("stride", "perplexity", "stories260k", file.toString(), "--window", "40", "--stride", "50");
        fault("left to right", "perplexity", "bert-base", file.toString(), "--masked", "--window", "40");
        for (String[] beside : new String[][] {{"--policy", "teal"}, {"--calibration", "a.txt"}, {"--cache", "fp16"}, {"--activation-tokens", "9"}}) {
            fault(beside[0] + ": found it beside --masked", "perplexity", "bert-base", file.toString(), "--masked", beside[0], beside[1]);
        }
        for (String alone : List.of("--batch", "--cache-tokens", "--chunk")) {
            fault(alone + ": found it without --prompts", "generate", "stories260k", alone, "4");
        }
        fault("--calibration-tokens: found it without --policy", "generate", "stories260k", "--calibration-tokens", "40");
        fault("100 %", "generate", "stories260k", "--policy", "teal:100%");
        Path empty = Files.writeString(folder.resolve("empty.txt"), "");
        fault("empty.txt", "generate", "stories260k", "--policy", "teal", "--calibration", empty.toString());
        fault("nothing would be left", "sparsify", "stories260k", "--structure", "slicegpt", "--sparsity", "99.9%", "--out", folder.resolve("sliced").toString());
    }

    private static void fault(String part, String... args) {
        MainTest.Ran ran = MainTest.run(args);
        assertTrue(ran.code() != 0 && ran.err().contains(part) && ran.err().strip().lines().count() == 1, ran.err());
    }
}
