package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filigree.base.UserError;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Language models as folders in Hugging Face layout: {@code config.json}, {@code model.safetensors} or its shards, a tokenizer. */
public final class DecoderFolder {

    private static final long LONGEST = 16 << 20;
    private static final long LONGEST_TOKENIZER = 256L << 20;
    /** Field of a configuration whose rotary positions turn neighbours, as llama2.c has them; Hugging Face turns halves. */
    private static final String NEIGHBOURS = "rope_interleaved";

    /** Fields of a model that was cut: see {@link DecoderConfig.Cut}. */
    private static final String INNERS = "filigree_inner_sizes";
    private static final String WIDTHS = "filigree_stream_sizes";
    private static final String SHORTCUTS = "filigree_shortcuts";
    private static final int MOST_SIZES = 1 << 16;

    private DecoderFolder() {
    }

    /** Whether {@code folder} looks like one. */
    public static boolean is(Path folder) {
        return Files.isRegularFile(folder.resolve(HuggingFaceConfig.CONFIG));
    }

    /** Whether it holds a language model, as its configuration says. */
    public static boolean decodes(Path folder) {
        return is(folder) && Json.object(folder.resolve(HuggingFaceConfig.CONFIG), LONGEST).path("model_type").asText().equals("llama");
    }

    /** Opens a folder. */
    public static StoredDecoder open(Path folder) {
        DecoderConfig config = config(folder.resolve(HuggingFaceConfig.CONFIG));
        TokenizerFile tokenizer = tokenizer(folder);
        Pieces pieces = Llama2c.pieces(folder.resolve(tokenizer.name()).toString(), MemorySegment.ofArray(tokenizer.content()), config.vocab());
        Checkpoint weights = ModelFolder.weights(folder);
        try {
            return new StoredDecoder(config, weights, pieces, tokenizer);
        } catch (UserError e) {
            weights.close();
            throw e;
        }
    }

    /**
     * Writes a folder that {@link #open} reads; the weights appear last, so that a folder without them is an interrupted one.
     *
     * @param extra fields to add to {@code config.json}
     */
    public static void write(Path folder, DecoderConfig config, TokenizerFile tokenizer, Collection<StoredTensor> tensors, Map<String, String> metadata, Map<String, Object> extra) {
        SequencedMap<Path, AtomicFile.Content> files = new LinkedHashMap<>();
        Map<String, Object> json = fields(config);
        json.putAll(extra);
        files.put(folder.resolve(HuggingFaceConfig.CONFIG), AtomicFile.of(Json.indented(json)));
        files.put(folder.resolve(tokenizer.name()), AtomicFile.of(tokenizer.content()));
        files.put(folder.resolve(ModelFolder.WEIGHTS), Safetensors.content(tensors, metadata));
        AtomicFile.writeAll(files);
    }

    private static TokenizerFile tokenizer(Path folder) {
        Path file = folder.resolve(Llama2c.TOKENIZER);
        if (!Files.isRegularFile(file)) {
            throw Faults.unsupported(folder.toString(), "has no tokenizer", "expected " + Llama2c.TOKENIZER);
        }
        return new TokenizerFile(Llama2c.TOKENIZER, Json.bytes(file, LONGEST_TOKENIZER));
    }

    private static DecoderConfig config(Path file) {
        JsonNode json = Json.object(file, LONGEST);
        String source = file.toString();
        HuggingFaceConfig.requireText(source, json, "model_type", "llama");
        HuggingFaceConfig.requireText(source, json, "hidden_act", "silu");
        int heads = HuggingFaceConfig.integer(source, json, "num_attention_heads");
        try {
            return new DecoderConfig(HuggingFaceConfig.integer(source, json, "vocab_size"), HuggingFaceConfig.integer(source, json, "max_position_embeddings"),
                    HuggingFaceConfig.integer(source, json, "hidden_size"), HuggingFaceConfig.integer(source, json, "intermediate_size"),
                    HuggingFaceConfig.integer(source, json, "num_hidden_layers"), heads,
                    json.has("num_key_value_heads") ? HuggingFaceConfig.integer(source, json, "num_key_value_heads") : heads,
                    (float) json.path("rms_norm_eps").asDouble(1e-6), json.path("rope_theta").asDouble(10_000), json.path(NEIGHBOURS).asBoolean(false),
                    json.path("tie_word_embeddings").asBoolean(false), new DecoderConfig.Cut(sizes(source, json, INNERS), sizes(source, json, WIDTHS), json.path(SHORTCUTS).asBoolean(false)));
        } catch (UserError e) {
            throw Faults.in(source, e);
        }
    }

    private static List<Integer> sizes(String source, JsonNode json, String field) {
        List<Integer> sizes = new ArrayList<>();
        for (JsonNode n : json.path(field)) {
            if (!n.isInt() || sizes.size() > MOST_SIZES) {
                throw Faults.corrupt(source, "has " + Faults.quote(n.toString()) + " in " + field + ", expected a whole number for each layer");
            }
            sizes.add(n.intValue());
        }
        return sizes;
    }

    private static Map<String, Object> fields(DecoderConfig c) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architectures", List.of("LlamaForCausalLM"));
        json.put("model_type", "llama");
        json.put("vocab_size", c.vocab());
        json.put("max_position_embeddings", c.context());
        json.put("hidden_size", c.hidden());
        json.put("intermediate_size", c.inner());
        json.put("num_hidden_layers", c.layers());
        json.put("num_attention_heads", c.heads());
        json.put("num_key_value_heads", c.keyHeads());
        json.put("rms_norm_eps", Double.parseDouble(Float.toString(c.eps())));
        json.put("rope_theta", c.base());
        json.put("hidden_act", "silu");
        json.put("tie_word_embeddings", c.tied());
        if (c.neighbours()) {
            json.put(NEIGHBOURS, true);
        }
        if (!c.cut().inners().isEmpty()) {
            json.put(INNERS, c.cut().inners());
        }
        if (!c.cut().widths().isEmpty()) {
            json.put(WIDTHS, c.cut().widths());
            json.put(SHORTCUTS, c.cut().shortcuts());
        }
        return json;
    }
}
