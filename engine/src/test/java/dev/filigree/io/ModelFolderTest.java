package dev.filigree.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Pooling;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFolderTest {

    @TempDir
    Path folder;

    @Test
    void whatIsWrittenOpensAgain() {
        for (Pooling pooling : Pooling.values()) {
            for (boolean normalize : new boolean[] {true, false}) {
                EncoderConfig config = new EncoderConfig(8, 2, 2, 12, 11, 16, 2, 1e-12f, pooling, normalize);
                write(config);
                try (StoredEncoder e = ModelFolder.open(folder, Optional.empty())) {
                    assertEquals(config, e.config());
                    assertArrayEquals(TinyEncoder.TOKENIZER, e.tokenizer());
                    requireParameters(e);
                }
            }
        }
    }

    @Test
    void thePoolingThatIsAskedForWins() {
        write(TinyEncoder.CONFIG);
        try (StoredEncoder e = ModelFolder.open(folder, Optional.of(Pooling.CLS))) {
            assertEquals(Pooling.CLS, e.config().pooling());
        }
    }

    @Test
    void poolingThatNobodyRecordedMustBeGiven() throws IOException {
        write(TinyEncoder.CONFIG);
        Files.delete(folder.resolve("1_Pooling/config.json"));
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), folder.toString(), "--pooling");
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_max_tokens\": true}");
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), "1_Pooling", "max_tokens");
    }

    @Test
    void modulesThatWouldBeIgnoredAreRefused() throws IOException {
        write(TinyEncoder.CONFIG);
        Files.writeString(folder.resolve("modules.json"), "[{\"type\": \"sentence_transformers.models.Dense\", \"path\": \"2_Dense\"}]");
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), "modules.json", "models.Dense");
        Files.writeString(folder.resolve("modules.json"), "[{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"../../etc\"}]");
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), "modules.json", "plain name");
    }

    @Test
    void shardsAreJoinedByTheirIndexAndOldNamesAreUnderstood() throws IOException {
        write(TinyEncoder.CONFIG);
        Files.delete(folder.resolve("model.safetensors"));
        List<StoredTensor> all = TinyEncoder.tensors().stream().map(t -> t.renamed("bert." + t.name()
                .replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"))).toList();
        Safetensors.write(folder.resolve("model-1.safetensors"), all.subList(0, 5), Map.of());
        Safetensors.write(folder.resolve("model-2.safetensors"), all.subList(5, all.size()), Map.of());
        index(all, "model-1.safetensors", "model-2.safetensors");
        try (StoredEncoder e = ModelFolder.open(folder, Optional.empty())) {
            requireParameters(e);
        }
        index(all, "model-1.safetensors", "../model-2.safetensors");
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), "index.json", "plain name");
        index(all, "model-1.safetensors", "model-1.safetensors");
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), "model-1.safetensors", "is missing");
        index(all, "model-1.safetensors", "model-3.safetensors");
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), "model-3.safetensors", "no such file");
    }

    private void index(List<StoredTensor> all, String first, String second) throws IOException {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            entries.add("\"" + all.get(i).name() + "\": \"" + (i < 5 ? first : second) + "\"");
        }
        Files.writeString(folder.resolve("model.safetensors.index.json"),
                entries.stream().collect(Collectors.joining(",", "{\"weight_map\": {", "}}")));
    }

    @Test
    void aJarWithAnOnnxModelOpens() throws IOException {
        Path jar = jar("tiny.onnx", "tiny-tokenizer.json");
        try (StoredEncoder e = ModelFolder.open(jar, Optional.of(Pooling.MEAN))) {
            assertEquals(TinyEncoder.CONFIG, e.config());
            requireParameters(e);
        }
        Fault.of(() -> ModelFolder.open(jar, Optional.empty()), jar.toString(), "--pooling");
        Fault.of(() -> ModelFolder.open(jar("a.onnx", "b.onnx", "tokenizer.json"), Optional.of(Pooling.MEAN)), "several entries");
        Fault.of(() -> ModelFolder.open(jar("a.onnx"), Optional.of(Pooling.MEAN)), "no entry named *tokenizer.json");
    }

    private Path jar(String... names) throws IOException {
        Path jar = folder.resolve("tiny.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (String name : names) {
                out.putNextEntry(new ZipEntry(name));
                out.write(name.endsWith(".onnx") ? TinyEncoder.onnx() : TinyEncoder.TOKENIZER);
            }
        }
        return jar;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "\"hidden_size\" : 8             | \"hidden_size\" : 9            | multiple",
        "\"hidden_size\" : 8             | \"hidden_size\" : \"8\"        | expected a whole number",
        "\"num_hidden_layers\" : 2       | \"num_hidden_layers\" : 0      | num_hidden_layers",
        "\"num_hidden_layers\" : 2       | \"num_hidden_layers\" : 2000000000 | at most 1000",
        "\"vocab_size\" : 11             | \"vocab_size\" : 99999999999   | expected a whole number",
        "\"model_type\" : \"bert\"       | \"model_type\" : \"roberta\"   | expected \"bert\"",
        "\"hidden_act\" : \"gelu\"       | \"hidden_act\" : \"relu\"      | expected \"gelu\"",
        "\"layer_norm_eps\" : 1.0E-12    | \"layer_norm_eps\" : -1        | layer_norm_eps",
        "\"hidden_size\" : 8             | \"hidden_size\" : 8, \"hidden_size\" : 8 | Duplicate",
        "{                               | [                              | not valid JSON",
    })
    void aConfigThatMakesNoSenseIsOneLine(String was, String is, String expected) throws IOException {
        write(TinyEncoder.CONFIG);
        Path config = folder.resolve("config.json");
        String text = Files.readString(config);
        assertTrue(text.contains(was), text);
        Files.writeString(config, text.replaceFirst(Pattern.quote(was), Matcher.quoteReplacement(is)));
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), config.toString(), expected);
    }

    @Test
    void missingPartsAreNamed() throws IOException {
        Fault.of(() -> ModelFolder.open(folder.resolve("absent"), Optional.empty()), "absent", "no such file or folder");
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), "model.safetensors");
        Fault.of(() -> ModelFolder.open(Files.createFile(folder.resolve("model.bin")), Optional.empty()), "model.bin", "unknown kind");
        write(TinyEncoder.CONFIG);
        Files.delete(folder.resolve("tokenizer.json"));
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), "tokenizer.json", "no such file");
        Files.write(folder.resolve("tokenizer.json"), TinyEncoder.TOKENIZER);
        Files.delete(folder.resolve("config.json"));
        Fault.of(() -> ModelFolder.open(folder, Optional.empty()), "config.json", "no such file");
    }

    @Test
    void anOutputFolderThatIsAFileIsOneLine() throws IOException {
        Path file = Files.createFile(folder.resolve("out"));
        Fault.of(() -> ModelFolder.write(file, TinyEncoder.CONFIG, TinyEncoder.TOKENIZER, TinyEncoder.tensors(), Map.of(), Map.of()), "out", "cannot be written");
        assertFalse(Files.isDirectory(file));
    }

    private void write(EncoderConfig config) {
        ModelFolder.write(folder, config, TinyEncoder.TOKENIZER, TinyEncoder.tensors(), Map.of("format", "pt"), Map.of());
    }

    private static void requireParameters(StoredEncoder e) {
        TinyEncoder.parameters().forEach((name, values) -> assertArrayEquals(values, e.weights().tensor(name).toFloats(Arena.ofAuto()).toArray(), name));
    }
}
