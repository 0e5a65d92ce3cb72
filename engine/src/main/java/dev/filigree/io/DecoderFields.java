package dev.filigree.io;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The {@code config.json} of a language model. What would change its numbers and is not known here is refused; how they were stored does not matter. */
final class DecoderFields {

    private static final String LLAMA = "llama";
    private static final String GPT2 = "gpt2";
    private static final String ACTIVATION = "hidden_act";
    /** Field of a configuration whose rotary positions turn neighbours, as llama2.c has them; Hugging Face turns halves. */
    private static final String NEIGHBOURS = "rope_interleaved";

    /** Fields of a model that was cut: see {@link DecoderConfig.Cut}. */
    private static final String INNERS = "filigree_inner_sizes";
    private static final String WIDTHS = "filigree_stream_sizes";
    private static final String SHORTCUTS = "filigree_shortcuts";
    /** Of rotary positions: how they are scaled, and the divisors of a model that came with nothing else. */
    private static final String SCALING = "rope_scaling";
    private static final String KIND = "rope_type";
    private static final String ORIGINAL = "original_max_position_embeddings";
    private static final String DIVISORS = "divisors";
    private static final int MOST_SIZES = 1 << 16;

    private DecoderFields() {
    }

    static DecoderConfig read(String source, JsonNode json) {
        String type = json.path("model_type").asText(LLAMA);
        return switch (type) {
            case LLAMA -> llama(source, json);
            case GPT2 -> gpt2(source, json);
            default -> throw Faults.unsupported(source, "model_type is " + Faults.quote(type), "expected llama or gpt2");
        };
    }

    private static DecoderConfig gpt2(String source, JsonNode json) {
        if (!List.of("gelu_new", "gelu_pytorch_tanh").contains(json.path("activation_function").asText("gelu_new"))) {
            throw Faults.unsupported(source, "activation_function is " + Faults.quote(json.get("activation_function").asText("")), "expected gelu_new");
        }
        if (!json.path("scale_attn_weights").asBoolean(true) || json.path("scale_attn_by_inverse_layer_idx").asBoolean(false)) {
            throw Faults.unsupported(source, "scales attention in an unusual way", "expected scale_attn_weights and no scale_attn_by_inverse_layer_idx");
        }
        try {
            int hidden = HuggingFaceConfig.integer(source, json, "n_embd");
            int inner = present(json, "n_inner") ? HuggingFaceConfig.integer(source, json, "n_inner") : (int) Math.min(Integer.MAX_VALUE, 4L * hidden);
            int heads = HuggingFaceConfig.integer(source, json, "n_head");
            return new DecoderConfig(HuggingFaceConfig.integer(source, json, "vocab_size"), HuggingFaceConfig.integer(source, json, "n_positions"), hidden, inner,
                    HuggingFaceConfig.integer(source, json, "n_layer"), heads, heads, (float) number(source, json, "layer_norm_epsilon", 1e-5), DecoderConfig.USUAL_BASE, false,
                    json.path("tie_word_embeddings").asBoolean(true), DecoderConfig.Family.GPT2);
        } catch (UserError e) {
            throw Faults.in(source, e);
        }
    }

    private static DecoderConfig llama(String source, JsonNode json) {
        boolean relu = json.path(ACTIVATION).asText("").equals("relu");
        if (!relu) {
            HuggingFaceConfig.requireText(source, json, ACTIVATION, "silu");
        }
        for (String bias : List.of("attention_bias", "mlp_bias")) {
            if (json.path(bias).asBoolean(false)) {
                throw Faults.unsupported(source, bias + " is true", "expected a model without biases");
            }
        }
        int hidden = HuggingFaceConfig.integer(source, json, "hidden_size");
        int heads = HuggingFaceConfig.integer(source, json, "num_attention_heads");
        try {
            DecoderConfig config = new DecoderConfig(HuggingFaceConfig.integer(source, json, "vocab_size"), HuggingFaceConfig.integer(source, json, "max_position_embeddings"),
                    hidden, HuggingFaceConfig.integer(source, json, "intermediate_size"), HuggingFaceConfig.integer(source, json, "num_hidden_layers"), heads,
                    present(json, "num_key_value_heads") ? HuggingFaceConfig.integer(source, json, "num_key_value_heads") : heads,
                    (float) number(source, json, "rms_norm_eps", 1e-6), base(source, json), json.path(NEIGHBOURS).asBoolean(false),
                    json.path("tie_word_embeddings").asBoolean(false));
            if (present(json, "head_dim") && HuggingFaceConfig.integer(source, json, "head_dim") != config.headSize()) {
                throw Faults.unsupported(source, "head_dim is " + json.get("head_dim"), "expected " + config.headSize() + ", hidden_size by num_attention_heads");
            }
            return config.with(scaling(source, json)).with(relu ? Activation.RELU : Activation.SILU)
                    .with(new DecoderConfig.Cut(sizes(source, json, INNERS), sizes(source, json, WIDTHS), json.path(SHORTCUTS).asBoolean(false)));
        } catch (UserError e) {
            throw Faults.in(source, e);
        }
    }

    /** How rotary positions are scaled; newer files say it beside their base. */
    private static RotaryScaling scaling(String source, JsonNode json) {
        RotaryScaling found = RotaryScaling.NONE;
        for (String field : List.of(SCALING, "rope_parameters")) {
            JsonNode rope = json.path(field);
            if (!present(json, field)) {
                continue;
            }
            RotaryScaling here = switch (rope.isObject() ? rope.path(KIND).asText(rope.path("type").asText("default")) : "") {
                case "default" -> RotaryScaling.NONE;
                case "linear" -> RotaryScaling.linear(number(source, rope, "factor", Double.NaN));
                case "llama3" -> new RotaryScaling(RotaryScaling.Kind.LLAMA3, number(source, rope, "factor", Double.NaN), number(source, rope, "low_freq_factor", Double.NaN), number(source, rope, "high_freq_factor", Double.NaN),
                        HuggingFaceConfig.integer(source, rope, ORIGINAL), List.of());
                case "given" -> RotaryScaling.given(numbers(source, rope, DIVISORS));
                default -> throw Faults.unsupported(source, field + " is " + Faults.quote(rope.toString()), "expected rotary positions scaled by linear, llama3 or not at all");
            };
            found = here.kind() == RotaryScaling.Kind.NONE ? found : here;
        }
        return found;
    }

    private static List<Double> numbers(String source, JsonNode json, String field) {
        List<Double> all = new ArrayList<>();
        for (JsonNode n : json.path(field)) {
            if (!n.isNumber() || all.size() > MOST_SIZES) {
                throw Faults.corrupt(source, "has " + Faults.quote(n.toString()) + " in " + field + ", expected numbers");
            }
            all.add(n.doubleValue());
        }
        return all;
    }

    /** Empty where nothing is scaled. */
    private static Map<String, Object> of(RotaryScaling s) {
        Map<String, Object> rope = new LinkedHashMap<>();
        switch (s.kind()) {
            case NONE -> { }
            case LINEAR -> rope.putAll(Map.of(KIND, "linear", "type", "linear", "factor", s.factor()));
            case LLAMA3 -> rope.putAll(Map.of(KIND, "llama3", "factor", s.factor(), "low_freq_factor", s.low(), "high_freq_factor", s.high(), ORIGINAL, s.original()));
            case GIVEN -> rope.putAll(Map.of(KIND, "given", DIVISORS, s.given()));
        }
        return rope;
    }

    /** Of rotary positions, which older files give by itself and newer ones with their kind. */
    private static double base(String source, JsonNode json) {
        JsonNode newer = json.path("rope_parameters");
        return newer.has("rope_theta") ? number(source, newer, "rope_theta", 0) : number(source, json, "rope_theta", DecoderConfig.USUAL_BASE);
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

    private static boolean present(JsonNode json, String field) {
        return json.has(field) && !json.get(field).isNull();
    }

    private static double number(String source, JsonNode json, String field, double usual) {
        if (!present(json, field)) {
            return usual;
        }
        if (!json.get(field).isNumber()) {
            throw Faults.unsupported(source, field + " is " + Faults.quote(json.get(field).toString()), "expected a number");
        }
        return json.get(field).doubleValue();
    }

    static Map<String, Object> of(DecoderConfig c) {
        return c.family() == DecoderConfig.Family.LLAMA ? llama(c) : gpt2(c);
    }

    private static Map<String, Object> gpt2(DecoderConfig c) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architectures", List.of("GPT2LMHeadModel"));
        json.put("model_type", GPT2);
        json.put("vocab_size", c.vocab());
        json.put("n_positions", c.context());
        json.put("n_embd", c.hidden());
        json.put("n_inner", c.inner());
        json.put("n_layer", c.layers());
        json.put("n_head", c.heads());
        json.put("layer_norm_epsilon", Double.parseDouble(Float.toString(c.eps())));
        json.put("activation_function", "gelu_new");
        json.put("tie_word_embeddings", c.tied());
        return json;
    }

    private static Map<String, Object> llama(DecoderConfig c) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("architectures", List.of("LlamaForCausalLM"));
        json.put("model_type", LLAMA);
        json.put("vocab_size", c.vocab());
        json.put("max_position_embeddings", c.context());
        json.put("hidden_size", c.hidden());
        json.put("intermediate_size", c.inner());
        json.put("num_hidden_layers", c.layers());
        json.put("num_attention_heads", c.heads());
        json.put("num_key_value_heads", c.keyHeads());
        json.put("rms_norm_eps", Double.parseDouble(Float.toString(c.eps())));
        json.put("rope_theta", c.base());
        if (c.scaling().kind() != RotaryScaling.Kind.NONE) {
            json.put(SCALING, of(c.scaling()));
        }
        json.put(ACTIVATION, c.activation().name().toLowerCase(Locale.ROOT));
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
