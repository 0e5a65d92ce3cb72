package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A folder in Hugging Face layout whose model guesses hidden words: a BERT or DistilBERT with its masked-language-model head. Parameters
 * come under the names of BERT, {@code cls.predictions} of the head among them; {@code cls.predictions.decoder.weight} is there only
 * where scores have a table of their own, else it is that of the words.
 */
final class MaskedFolder {

    private static final long LONGEST = 256L << 20;
    private static final String DECODER = "cls.predictions.decoder.";
    private static final String BIAS = "cls.predictions.bias";
    private static final float DISTIL_EPS = 1e-12f;
    /** Parts of DistilBERT's names, and those of BERT; no name holds two of them. */
    private static final Map<String, String> DISTIL = Map.ofEntries(Map.entry("attention.q_lin.", "attention.self.query."), Map.entry("attention.k_lin.", "attention.self.key."),
            Map.entry("attention.v_lin.", "attention.self.value."), Map.entry("attention.out_lin.", "attention.output.dense."), Map.entry("sa_layer_norm.", "attention.output.LayerNorm."),
            Map.entry("ffn.lin1.", "intermediate.dense."), Map.entry("ffn.lin2.", "output.dense."), Map.entry("output_layer_norm.", "output.LayerNorm."),
            Map.entry("vocab_transform.", "cls.predictions.transform.dense."), Map.entry("vocab_layer_norm.", "cls.predictions.transform.LayerNorm."),
            Map.entry("vocab_projector.", DECODER));

    private MaskedFolder() {
    }

    /** Whether the settings of a folder say so; those of a sentence encoder may still, but it records a pooling. */
    static boolean in(Path folder) {
        Path file = folder.resolve(HuggingFaceConfig.CONFIG);
        return !Files.exists(folder.resolve(HuggingFaceConfig.POOLING)) && Files.isRegularFile(file) && Json.object(file, LONGEST).path("architectures").path(0).asText("").endsWith("ForMaskedLM");
    }

    static StoredEncoder open(Path folder) {
        JsonNode json = Json.object(folder.resolve(HuggingFaceConfig.CONFIG), LONGEST);
        boolean distil = isDistil(json);
        EncoderConfig config = config(folder);
        byte[] tokenizer = Json.bytes(folder.resolve(ModelFolder.TOKENIZER), LONGEST);
        if (!Files.exists(folder.resolve(ModelFolder.WEIGHTS)) && !Files.exists(folder.resolve(ModelFolder.INDEX))) {
            throw Faults.unsupported(folder.toString(), "holds no " + ModelFolder.WEIGHTS, "expected a model with safetensors weights");
        }
        Checkpoint c = ModelFolder.weights(folder);
        boolean done = false;
        try {
            Checkpoint named = c.renamed(distil ? MaskedFolder::fromDistil : name -> EncoderNames.canonical(name).orElse(headName(name)));
            boolean tied = json.path("tie_word_embeddings").asBoolean(true);
            StoredEncoder stored = new StoredEncoder(config, whole(named, config, tied, distil), tokenizer);
            done = true;
            return stored;
        } finally {
            if (!done) {
                c.close();
            }
        }
    }

    static EncoderConfig config(Path folder) {
        Path file = folder.resolve(HuggingFaceConfig.CONFIG);
        JsonNode json = Json.object(file, LONGEST);
        return isDistil(json) ? distil(file, json) : HuggingFaceConfig.read(file, Pooling.MEAN, false);
    }

    private static boolean isDistil(JsonNode json) {
        return json.path("model_type").asText("").equals("distilbert");
    }

    private static EncoderConfig distil(Path file, JsonNode json) {
        String source = file.toString();
        HuggingFaceConfig.requireText(source, json, "activation", "gelu");
        return new EncoderConfig(HuggingFaceConfig.integer(source, json, "dim"), HuggingFaceConfig.integer(source, json, "n_layers"), HuggingFaceConfig.integer(source, json, "n_heads"),
                HuggingFaceConfig.integer(source, json, "hidden_dim"), HuggingFaceConfig.integer(source, json, "vocab_size"),
                HuggingFaceConfig.integer(source, json, "max_position_embeddings"), 1, DISTIL_EPS, Pooling.MEAN, false);
    }

    private static String fromDistil(String name) {
        String plain = name.replaceFirst("^distilbert\\.", "").replaceFirst("^transformer\\.layer\\.", "encoder.layer.");
        for (Map.Entry<String, String> e : DISTIL.entrySet()) {
            int at = plain.indexOf(e.getKey());
            if (at == 0 || at > 0 && plain.charAt(at - 1) == '.') {
                return plain.substring(0, at) + e.getValue() + plain.substring(at + e.getKey().length());
            }
        }
        return plain;
    }

    /** Older files call gain and shift of a normalisation gamma and beta. */
    private static String headName(String name) {
        return name.startsWith("cls.predictions.") ? name.replaceFirst("LayerNorm\\.gamma$", "LayerNorm.weight").replaceFirst("LayerNorm\\.beta$", "LayerNorm.bias") : name;
    }

    /** Without a table of scores that is that of the words, with the bias under one name, and with the table of segments that DistilBERT lacks. */
    private static Checkpoint whole(Checkpoint c, EncoderConfig config, boolean tied, boolean distil) {
        List<StoredTensor> tensors = new ArrayList<>();
        for (StoredTensor t : c.tensors()) {
            if (t.name().equals(DECODER + "bias")) {
                if (!c.has(BIAS)) {
                    tensors.add(t.renamed(BIAS));
                }
            } else if (!tied || !t.name().startsWith(DECODER)) {
                tensors.add(t);
            }
        }
        if (!tied) {
            c.tensor(DECODER + "weight", config.vocab(), config.hidden());
        }
        if (distil) {
            tensors.add(StoredTensor.of("embeddings.token_type_embeddings.weight", Floats.allocate(config.hidden()), 1, config.hidden()));
        }
        return c.with(tensors);
    }
}
