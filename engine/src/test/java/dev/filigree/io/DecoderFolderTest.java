package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.ops.Held;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of language models. */
class DecoderFolderTest {

    @TempDir
    Path folder;

    private void write(boolean tied) {
        write(folder, tied);
    }

    /** A folder with the tiny model of {@link Llama2cTest}. */
    static void write(Path folder, boolean tied) {
        try (StoredDecoder stored = Llama2c.of("tiny", Llama2cTest.legacy(tied), Llama2cTest.tokenizer());
                LanguageModel model = LanguageModel.of(stored, LanguageModel.Options.threads(1)); Arena arena = Arena.ofConfined()) {
            WeightWriter writer = new WeightWriter(arena, Store.named("fp32"));
            for (Held p : model.model().params()) {
                writer.add(p.name(), p.forward());
            }
            DecoderFolder.write(folder, stored.config(), stored.tokenizer(), writer.tensors(), writer.metadata(), Map.of());
        }
    }

    @Test
    void whatIsWrittenSaysTheSame() {
        for (boolean tied : new boolean[] {true, false}) {
            write(tied);
            try (StoredDecoder stored = Llama2c.of("tiny", Llama2cTest.legacy(tied), Llama2cTest.tokenizer());
                    LanguageModel before = LanguageModel.of(stored, LanguageModel.Options.threads(1)); LanguageModel after = LanguageModel.open(folder, 1);
                    Decoding a = before.decoding(8); Decoding b = after.decoding(8)) {
                assertEquals(before.config(), after.config());
                assertArrayEquals(before.pieces().ids("abé"), after.pieces().ids("abé"));
                assertArrayEquals(a.next(1), b.next(1));
                assertArrayEquals(a.next(6), b.next(6));
            }
        }
    }

    @Test
    void aTokenizerOfJsonIsReadWithItsBeginAndEnds() throws Exception {
        write(false);
        Files.delete(folder.resolve("tokenizer.bin"));
        Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"ab\": 2}, \"merges\": [\"a b\"]},"
                + "\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false}, \"added_tokens\": [{\"id\": 3, \"content\": \"<|endoftext|>\", \"special\": true}]}");
        String config = Files.readString(folder.resolve("config.json"));
        Files.writeString(folder.resolve("config.json"), config.replaceFirst("\\{", "{\"bos_token_id\": 5, \"eos_token_id\": [6, 7],"));
        try (StoredDecoder d = DecoderFolder.open(folder)) {
            assertArrayEquals(new int[] {2, 0}, d.pieces().ids("aba"));
            Fault.of(() -> d.pieces().ids("abc"), "prompt", "63");
            Path copy = folder.resolve("copy");
            DecoderFolder.write(copy, d.config(), d.tokenizer(), d.weights().tensors(), Map.of(), Map.of());
            try (StoredDecoder again = DecoderFolder.open(copy)) {
                assertEquals(5, again.pieces().begin());
                assertEquals(6, again.pieces().end());
                assertEquals(true, again.pieces().ends(7));
            }
        }
        Files.writeString(folder.resolve("config.json"), config.replaceFirst("\\{", "{\"eos_token_id\": \"x\","));
        Fault.of(() -> DecoderFolder.open(folder), "config.json", "eos_token_id");
        Files.writeString(folder.resolve("config.json"), config.replaceFirst("\\{", "{\"bos_token_id\": 12,"));
        Fault.of(() -> DecoderFolder.open(folder), "tokenizer.json", "12");
    }

    /** As it is usual: 16-bit numbers in several files, fields that do not matter here. */
    @Test
    void shardsAndShortFloatsAreRead() throws Exception {
        write(false);
        float[] before;
        try (LanguageModel model = LanguageModel.open(folder, 1); Decoding d = model.decoding(8)) {
            before = d.next(1);
        }
        try (Checkpoint c = Safetensors.read(folder.resolve("model.safetensors")); Arena arena = Arena.ofConfined()) {
            StringBuilder index = new StringBuilder("{\"metadata\": {\"total_size\": 1}, \"weight_map\": {");
            Map<String, List<StoredTensor>> shards = new TreeMap<>();
            for (StoredTensor t : c.tensors()) {
                String shard = "model-0000" + (t.name().contains("layers.1") ? 2 : 1) + "-of-00002.safetensors";
                index.append('"').append(t.name()).append("\": \"").append(shard).append("\",");
                StoredTensor brief = t.name().contains("layernorm") ? t : new StoredTensor(t.name(), DType.F16, t.shape(), halves(arena, t));
                shards.computeIfAbsent(shard, _ -> new ArrayList<>()).add(brief);
            }
            shards.forEach((name, tensors) -> Safetensors.write(folder.resolve(name), tensors, Map.of("format", "pt")));
            Files.writeString(folder.resolve("model.safetensors.index.json"), index.substring(0, index.length() - 1) + "}}");
        }
        Files.delete(folder.resolve("model.safetensors"));
        String config = Files.readString(folder.resolve("config.json"));
        Files.writeString(folder.resolve("config.json"), config.replaceFirst("\\{", "{\"torch_dtype\": \"float16\", \"rope_scaling\": null, \"attention_bias\": false, \"head_dim\": 2, \"use_cache\": true,"));
        try (LanguageModel model = LanguageModel.open(folder, 1); Decoding d = model.decoding(8)) {
            assertArrayEquals(before, d.next(1), 1e-3f, "small whole numbers are exact in 16 bits");
        }
        Files.delete(folder.resolve("model-00002-of-00002.safetensors"));
        Fault.of(() -> LanguageModel.open(folder, 1), "model-00002-of-00002.safetensors");
    }

    private static MemorySegment halves(Arena arena, StoredTensor t) {
        MemorySegment out = arena.allocate(2 * t.elements());
        for (long i = 0; i < t.elements(); i++) {
            out.setAtIndex(StoredTensor.SHORT, i, Float.floatToFloat16((float) t.get(i)));
        }
        return out;
    }

    @Test
    void whatWouldChangeTheNumbersIsRefused() throws Exception {
        write(false);
        String config = Files.readString(folder.resolve("config.json"));
        for (String field : new String[] {"\"attention_bias\": true", "\"mlp_bias\": true", "\"head_dim\": 3", "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 2.0}",
                "\"rope_parameters\": {\"rope_type\": \"yarn\", \"rope_theta\": 500000.0}", "\"rope_parameters\": {\"rope_theta\": \"x\"}"}) {
            Files.writeString(folder.resolve("config.json"), config.replaceFirst("\\{", "{" + field + ","));
            String name = field.substring(1, field.indexOf('"', 1));
            Fault.of(() -> LanguageModel.open(folder, 1), "config.json", name.equals("rope_parameters") ? "rope_" : name);
        }
        Files.writeString(folder.resolve("config.json"), config.replaceFirst("\"num_hidden_layers\" : 2", "\"num_hidden_layers\" : 900"));
        Fault.of(() -> LanguageModel.open(folder, 1), "layers.2.");
        Files.writeString(folder.resolve("config.json"), config.replaceFirst("\"num_hidden_layers\" : 2", "\"num_hidden_layers\" : 9000000"));
        Fault.of(() -> LanguageModel.open(folder, 1), "9000000 layers");
        Files.writeString(folder.resolve("config.json"), config.replaceFirst("\"hidden_size\" : 4", "\"hidden_size\" : 16777216"));
        Fault.of(() -> LanguageModel.open(folder, 1), "layernorm");
    }

    /** Sizes of a model that was cut come from outside too. */
    @Test
    void sizesThatDoNotFitAreRefused() throws Exception {
        write(false);
        String config = Files.readString(folder.resolve("config.json"));
        for (String[] wrong : new String[][] {{"\"filigree_inner_sizes\" : [1]", "feed-forward sizes"}, {"\"filigree_inner_sizes\" : [2000000000, 1]", "feed-forward sizes"},
            {"\"filigree_inner_sizes\" : [\"a\", 1]", "filigree_inner_sizes"}, {"\"filigree_stream_sizes\" : [1, 2, 1, 1, 1]", "without shortcuts"},
            {"\"filigree_stream_sizes\" : [0, 1, 1, 1, 1], \"filigree_shortcuts\" : true", "widths"}}) {
            Files.writeString(folder.resolve("config.json"), config.replaceFirst("\\{", "{ " + java.util.regex.Matcher.quoteReplacement(wrong[0]) + ","));
            Fault.of(() -> LanguageModel.open(folder, 1), "config.json", wrong[1]);
        }
    }

    @Test
    void whatIsMissingOrDoesNotFitIsNamed() throws Exception {
        write(false);
        String config = Files.readString(folder.resolve("config.json"));
        Files.writeString(folder.resolve("config.json"), config.replace("\"llama\"", "\"mamba\""));
        Fault.of(() -> LanguageModel.open(folder, 1), "config.json", "model_type", "mamba");
        Files.writeString(folder.resolve("config.json"), config.replaceFirst("\"num_attention_heads\" : \\d+", "\"num_attention_heads\" : 3"));
        Fault.of(() -> LanguageModel.open(folder, 1), "config.json", "heads");
        Files.writeString(folder.resolve("config.json"), config.replaceFirst("\"intermediate_size\" : \\d+", "\"intermediate_size\" : 7"));
        Fault.of(() -> LanguageModel.open(folder, 1), "mlp.", "7");
        Files.writeString(folder.resolve("config.json"), config);
        Files.delete(folder.resolve("tokenizer.bin"));
        Fault.of(() -> LanguageModel.open(folder, 1), folder.toString(), "tokenizer");
    }
}
