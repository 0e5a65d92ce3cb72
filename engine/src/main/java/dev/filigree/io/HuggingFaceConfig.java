package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filigree.base.Pooling;
import dev.filigree.base.UserError;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * The JSON files of a sentence encoder in Hugging Face layout: {@code config.json} (the transformer),
 * {@code modules.json} and {@code 1_Pooling/config.json} (what sentence-transformers does with its token vectors).
 */
final class HuggingFaceConfig {

    static final String CONFIG = "config.json";
    static final String MODULES = "modules.json";
    static final String POOLING = "1_Pooling";

    private static final long LONGEST = 16 << 20;
    private static final int MOST_LAYERS = 1000;

    private HuggingFaceConfig() {
    }

    /** The config in {@code file}; pooling and normalisation come from elsewhere. */
    static EncoderConfig read(Path file, Pooling pooling, boolean normalize) {
        JsonNode json = Json.object(file, LONGEST);
        String source = file.toString();
        requireText(source, json, "model_type", "bert");
        requireText(source, json, "position_embedding_type", "absolute");
        requireText(source, json, "hidden_act", "gelu");
        int layers = integer(source, json, "num_hidden_layers");
        if (layers > MOST_LAYERS) {
            throw Faults.unsupported(source, "num_hidden_layers is " + layers, "expected at most " + MOST_LAYERS);
        }
        try {
            return new EncoderConfig(integer(source, json, "hidden_size"), layers,
                    integer(source, json, "num_attention_heads"), integer(source, json, "intermediate_size"),
                    integer(source, json, "vocab_size"), integer(source, json, "max_position_embeddings"),
                    json.has("type_vocab_size") ? integer(source, json, "type_vocab_size") : 2,
                    (float) json.path("layer_norm_eps").asDouble(1e-12), pooling, normalize);
        } catch (UserError e) {
            throw Faults.in(source, e);
        }
    }

    static void requireText(String source, JsonNode json, String field, String expected) {
        String found = json.path(field).asText(expected);
        if (!found.equals(expected)) {
            throw Faults.unsupported(source, field + " is " + Faults.quote(found), "expected \"" + expected + "\"");
        }
    }

    static int integer(String source, JsonNode json, String field) {
        JsonNode n = json.get(field);
        if (n == null || !n.isIntegralNumber() || !n.canConvertToInt()) {
            throw Faults.unsupported(source, field + " is " + (n == null ? "missing" : Faults.quote(n.toString())), "expected a whole number");
        }
        return n.intValue();
    }

    /** What follows the transformer in a folder, as far as its files tell. */
    record Head(Optional<Pooling> pooling, boolean normalize) {

        static final Head UNKNOWN = new Head(Optional.empty(), true);
    }

    /** Reads {@code modules.json} and the pooling config in {@code folder}; absent files leave the default. */
    static Head head(Path folder) {
        String poolingFolder = POOLING;
        boolean normalize = true;
        Path modules = folder.resolve(MODULES);
        if (Files.isRegularFile(modules)) {
            normalize = false;
            for (JsonNode module : Json.array(modules, LONGEST)) {
                String type = module.path("type").asText("");
                switch (type.substring(type.lastIndexOf('.') + 1)) {
                    case "Transformer" -> {
                        // the encoder itself
                    }
                    case "Pooling" -> poolingFolder = Json.fileName(modules, module.path("path").asText(POOLING));
                    case "Normalize" -> normalize = true;
                    default -> throw Faults.unsupported(modules.toString(), "has a module of type " + Faults.quote(type),
                            "expected Transformer, Pooling and Normalize only");
                }
            }
        }
        Path pooling = folder.resolve(poolingFolder).resolve(CONFIG);
        return new Head(Files.isRegularFile(pooling) ? Optional.of(pooling(pooling)) : Optional.empty(), normalize);
    }

    private static Pooling pooling(Path file) {
        JsonNode json = Json.object(file, LONGEST);
        List<String> modes = new ArrayList<>();
        json.properties().forEach(p -> {
            if (p.getKey().startsWith("pooling_mode_") && p.getValue().asBoolean()) {
                modes.add(p.getKey());
            }
        });
        if (modes.equals(List.of("pooling_mode_mean_tokens"))) {
            return Pooling.MEAN;
        }
        if (modes.equals(List.of("pooling_mode_cls_token"))) {
            return Pooling.CLS;
        }
        throw Faults.unsupported(file.toString(), "asks for the pooling " + modes, "expected mean or cls tokens, or give --pooling");
    }

    /** The JSON files of {@code config} in {@code folder}; {@code extra} joins the fields of config.json. */
    static SequencedMap<Path, AtomicFile.Content> files(Path folder, EncoderConfig config, Map<String, Object> extra) {
        SequencedMap<Path, AtomicFile.Content> files = new LinkedHashMap<>();
        Map<String, Object> json = fields(config);
        json.putAll(extra);
        files.put(folder.resolve(CONFIG), AtomicFile.of(Json.indented(json)));
        List<Map<String, Object>> modules = new ArrayList<>();
        modules.add(module(0, "", "Transformer"));
        modules.add(module(1, POOLING, "Pooling"));
        if (config.normalize()) {
            modules.add(module(2, "2_Normalize", "Normalize"));
        }
        files.put(folder.resolve(MODULES), AtomicFile.of(Json.indented(modules)));
        Map<String, Object> pooling = new LinkedHashMap<>();
        pooling.put("word_embedding_dimension", config.hidden());
        pooling.put("pooling_mode_cls_token", config.pooling() == Pooling.CLS);
        pooling.put("pooling_mode_mean_tokens", config.pooling() == Pooling.MEAN);
        files.put(folder.resolve(POOLING).resolve(CONFIG), AtomicFile.of(Json.indented(pooling)));
        return files;
    }

    /** Those of {@code config.json}, to which others may be added. */
    static Map<String, Object> fields(EncoderConfig config) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architectures", List.of("BertModel"));
        json.put("model_type", "bert");
        json.put("hidden_size", config.hidden());
        json.put("num_hidden_layers", config.layers());
        json.put("num_attention_heads", config.heads());
        json.put("intermediate_size", config.intermediate());
        json.put("vocab_size", config.vocab());
        json.put("max_position_embeddings", config.maxPositions());
        json.put("type_vocab_size", config.typeVocab());
        json.put("layer_norm_eps", Double.parseDouble(Float.toString(config.layerNormEps())));
        json.put("hidden_act", "gelu");
        json.put("position_embedding_type", "absolute");
        return json;
    }

    private static Map<String, Object> module(int index, String path, String type) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("idx", index);
        out.put("name", Integer.toString(index));
        out.put("path", path);
        out.put("type", "sentence_transformers.models." + type);
        return out;
    }
}
