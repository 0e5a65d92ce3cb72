package dev.filigree.encode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.io.Safetensors;
import dev.filigree.io.StoredTensor;
import dev.filigree.retrieve.SparseVector;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders as sentence-transformers writes them, whose vectors {@code tools/make-sparse-encoders.py} computed from the published formulas in double precision. */
class MaskedEncoderTest {

    private static final String ROUTED = "routed";
    private static final String DOCUMENTS = "document_0_MLMTransformer/";
    private static final String QUERIES = "query_0_SparseStaticEmbedding/";

    @TempDir
    Path temp;

    private static Path golden(String name) {
        try {
            return Path.of(MaskedEncoderTest.class.getResource(name + "/modules.json").toURI()).getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path copy(String name) throws IOException {
        Path from = golden(name);
        Path to = temp.resolve(name);
        try (Stream<Path> all = Files.walk(from)) {
            for (Path p : all.sorted().toList()) {
                Files.copy(p, to.resolve(from.relativize(p).toString()));
            }
        }
        return to;
    }

    private static void check(MaskedEncoder e, Path expected, String side) throws IOException {
        List<String> texts = new ArrayList<>();
        List<Map<String, Float>> wanted = new ArrayList<>();
        for (String line : Files.readAllLines(expected.resolve("expected.tsv"))) {
            String[] parts = line.split("\t");
            if (parts[0].equals(side)) {
                texts.add(parts[1]);
                Map<String, Float> weights = new LinkedHashMap<>();
                Arrays.stream(parts).skip(2).forEach(p -> weights.put(p.substring(0, p.lastIndexOf(':')), Float.parseFloat(p.substring(p.lastIndexOf(':') + 1))));
                wanted.add(weights);
            }
        }
        assertEquals(4, texts.size());
        List<SparseVector> found = side.equals("document") ? e.documents(texts) : texts.stream().map(e::query).toList();
        for (int i = 0; i < texts.size(); i++) {
            SparseVector v = found.get(i);
            assertEquals(wanted.get(i).keySet().stream().toList(), Arrays.stream(v.terms()).mapToObj(e.vocabulary()::term).toList(), side + " " + texts.get(i));
            int at = 0;
            for (float w : wanted.get(i).values()) {
                assertEquals(w, v.weights()[at++], 2e-5 * Math.max(1, w), side + " " + texts.get(i));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ROUTED, "twice"})
    void vectorsAreThoseOfTheFormulas(String name) throws IOException {
        for (int threads = 1; threads <= 2; threads++) {
            try (MaskedEncoder e = MaskedEncoder.open(golden(name), threads)) {
                check(e, golden(name), "document");
                check(e, golden(name), "query");
            }
        }
    }

    @Test
    void anIndexKeepsTheTableAndWhereTheModelIs() throws IOException {
        Path home = copy(ROUTED);
        Path index = temp.resolve("index");
        try (MaskedEncoder e = MaskedEncoder.open(home, 1)) {
            e.save(index);
            e.kept().save(temp.resolve("whole"));
        }
        assertFalse(Files.exists(index.resolve(DOCUMENTS + "model.safetensors")));
        try (MaskedEncoder e = MaskedEncoder.open(index, 1); MaskedEncoder whole = MaskedEncoder.open(temp.resolve("whole"), 1)) {
            check(e, golden(ROUTED), "query");
            check(e, golden(ROUTED), "document");
            e.save(temp.resolve("again"));
            e.kept().save(temp.resolve("fetched"));
            Files.move(home, temp.resolve("moved"));
            check(whole, golden(ROUTED), "document");
        }
        try (MaskedEncoder e = MaskedEncoder.open(temp.resolve("again"), 1); MaskedEncoder fetched = MaskedEncoder.open(temp.resolve("fetched"), 1)) {
            check(e, golden(ROUTED), "query");
            check(fetched, golden(ROUTED), "document");
            assertOneLine("is not there, but the index keeps no more of its encoder", () -> e.documents(List.of("net")));
            Files.move(temp.resolve("moved"), home);
            Path config = home.resolve(DOCUMENTS + "sentence_bert_config.json");
            Files.writeString(config, Files.readString(config).replace("9", "8"));
            assertOneLine("holds another encoder", () -> e.documents(List.of("net")));
        }
        try (MaskedEncoder both = MaskedEncoder.open(golden("twice"), 1)) {
            both.save(temp.resolve("both"));
        }
        try (MaskedEncoder e = MaskedEncoder.open(temp.resolve("both"), 1)) {
            check(e, golden("twice"), "query");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "modules.json | sentence_transformers.models.Router | sentence_transformers.models.Pooling | has a module of type \"sentence_transformers.models.Pooling\"",
        "modules.json | sentence_transformers.models.Router | evil.Router | has a module of type \"evil.Router\"",
        "modules.json | \"path\": \"\" | \"path\": \"../x\" | names the file \"../x\"",
        "router_config.json | MLMTransformer.MLMTransformer | CSRSparsity.CSRSparsity | has a module of type",
        "router_config.json | \"query\": | \"question\": | has no modules for \"query\"",
        "router_config.json | SpladePooling.SpladePooling | MLMTransformer.MLMTransformer | expected an MLMTransformer and a SpladePooling",
        "config_sentence_transformers.json | \"dot\" | \"cosine\" | compares texts by \"cosine\"",
        "document_1_SpladePooling/config.json | \"max\" | \"mean\" | pooling_strategy is \"mean\"",
        "document_1_SpladePooling/config.json | \"relu\" | \"gelu\" | activation_function is \"gelu\"",
        "document_0_MLMTransformer/sentence_bert_config.json | 9 | 2 | max_seq_length is 2",
        "document_0_MLMTransformer/config.json | \"bert\" | \"roberta\" | model_type is \"roberta\"",
        "document_0_MLMTransformer/config.json | \"hidden_size\": 8 | \"hidden_size\": 16 | expected [16 x 16]",
        "document_0_MLMTransformer/config.json | \"vocab_size\": 16 | \"vocab_size\": 15 | the id \"15\", expected 0 to 14",
        "document_0_MLMTransformer/config.json | \"vocab_size\" | \"tie_word_embeddings\": false, \"vocab_size\" | \"cls.predictions.decoder.weight\" is missing",
        "document_0_MLMTransformer/tokenizer.json | \"sparse\" | \"dense\" | the token 5 of queries is \"sparse\", that of documents is \"dense\"",
        "query_0_SparseStaticEmbedding/config.json | {  | {\"path\": \"idf.json\", | names the weights of its tokens as a path",
        "query_0_SparseStaticEmbedding/tokenizer.json | \"WordPiece\" | \"BPE\" | is of type \"BPE\"",
    })
    void hostileFoldersAreRefusedInOneLine(String file, String found, String other, String message) throws IOException {
        Path folder = copy(ROUTED);
        String text = Files.readString(folder.resolve(file));
        assertTrue(text.contains(found), text);
        Files.writeString(folder.resolve(file), text.replace(found, other));
        assertOneLine(message, () -> use(folder));
    }

    @Test
    void filesThatAreMissingOrCutOffAreNamed() throws IOException {
        Path folder = copy(ROUTED);
        int files = 0;
        for (Path f : Elsewhere.files(folder)) {
            String name = f.getFileName().toString();
            if (name.equals("config_sentence_transformers.json") || name.equals("sentence_bert_config.json") || name.equals("tokenizer_config.json")
                    || name.equals("config.json") && f.getParent().endsWith("query_0_SparseStaticEmbedding")) {
                continue; // optional
            }
            files++;
            byte[] whole = Files.readAllBytes(f);
            Files.write(f, Arrays.copyOf(whole, whole.length / 2));
            assertOneLine(name, () -> use(folder));
            Files.delete(f);
            assertOneLine(name, () -> use(folder));
            Files.write(f, whole);
        }
        assertEquals(8, files);
        use(folder);
        float[] weights = new float[16];
        weights[3] = -1;
        table(folder, weights);
        assertOneLine("gives the token 3 the weight -1.0", () -> use(folder));
        weights[3] = Float.NaN;
        table(folder, weights);
        assertOneLine("holds NaN at position 3", () -> use(folder));
        table(folder, new float[17]);
        assertOneLine("the token 16 of queries is", () -> use(folder));
    }

    private static void table(Path folder, float[] weights) {
        Safetensors.write(folder.resolve(QUERIES + "model.safetensors"),
                List.of(StoredTensor.of("weight", Floats.of(weights), weights.length)), Map.of());
    }

    private static void use(Path folder) {
        try (MaskedEncoder e = MaskedEncoder.open(folder, 1)) {
            e.query("net");
            e.documents(List.of("net"));
        }
    }

    private static void assertOneLine(String part, Executable action) {
        UserError e = assertThrows(UserError.class, action, part);
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
