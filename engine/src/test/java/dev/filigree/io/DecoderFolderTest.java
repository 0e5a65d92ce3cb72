package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.infer.Decoding;
import dev.filigree.infer.LanguageModel;
import dev.filigree.ops.Held;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of language models. */
class DecoderFolderTest {

    @TempDir
    Path folder;

    private void write(boolean tied) {
        try (StoredDecoder stored = Llama2c.of("tiny", Llama2cTest.legacy(tied), Llama2cTest.tokenizer());
                LanguageModel model = LanguageModel.of(stored, 1); Arena arena = Arena.ofConfined()) {
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
                    LanguageModel before = LanguageModel.of(stored, 1); LanguageModel after = LanguageModel.open(folder, 1);
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
