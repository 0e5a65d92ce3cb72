package dev.filigree.io;

import dev.filigree.io.DecoderConfig.Family;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Names of tensors in GGUF and here. GPT-2's queries, keys and values are one matrix there and three here. */
final class GgufNames {

    /**
     * A tensor of a GGUF file.
     *
     * @param ours its parts under our names, whose rows follow each other; none where it follows from the configuration
     * @param rows of all parts together
     * @param cols 1 for a vector
     */
    record Entry(String name, List<String> ours, int rows, int cols) {
    }

    private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d{1,4})\\.(.+)\\.(weight|bias)");
    private static final String FUSED = "attn_qkv";
    private static final String WEIGHT = ".weight";

    /** Those of a layer, ours behind GGUF's. */
    private static final Map<Family, Map<String, String>> LAYER = Map.of(
            Family.LLAMA, Map.of("attn_norm", "input_layernorm", "attn_q", "self_attn.q_proj", "attn_k", "self_attn.k_proj", "attn_v", "self_attn.v_proj", "attn_output", "self_attn.o_proj",
                    "ffn_norm", "post_attention_layernorm", "ffn_gate", "mlp.gate_proj", "ffn_up", "mlp.up_proj", "ffn_down", "mlp.down_proj"),
            Family.GPT2, Map.of("attn_norm", "ln_1", "attn_output", "attn.c_proj", "ffn_norm", "ln_2", "ffn_up", "mlp.c_fc", "ffn_down", "mlp.c_proj"));

    private static final Map<Family, Map<String, String>> OTHER = Map.of(
            Family.LLAMA, Map.of(GgufModel.EMBEDDINGS, "model.embed_tokens.weight", "output_norm.weight", "model.norm.weight", GgufModel.HEAD, "lm_head.weight"),
            Family.GPT2, Map.of(GgufModel.EMBEDDINGS, "wte.weight", GgufModel.POSITIONS, "wpe.weight", "output_norm.weight", "ln_f.weight", "output_norm.bias", "ln_f.bias", GgufModel.HEAD, "lm_head.weight"));

    private GgufNames() {
    }

    /** A tensor under our name, or its parts; one that is not known keeps its name. */
    static List<StoredTensor> ours(DecoderConfig config, StoredTensor t) {
        Matcher m = BLOCK.matcher(t.name());
        if (!m.matches()) {
            return List.of(t.renamed(OTHER.get(config.family()).getOrDefault(t.name(), t.name())));
        }
        int layer = Integer.parseInt(m.group(1));
        if (config.family() == Family.GPT2 && m.group(2).equals(FUSED)) {
            return Gpt2Names.split(t, config.hidden(), layer, m.group(3));
        }
        String ours = LAYER.get(config.family()).get(m.group(2));
        return List.of(ours == null ? t : t.renamed(prefix(config, layer) + ours + "." + m.group(3)));
    }

    private static String prefix(DecoderConfig config, int layer) {
        return (config.family() == Family.LLAMA ? "model.layers." : "h.") + layer + ".";
    }

    /** Every tensor of a model, as llama.cpp expects them. */
    static List<Entry> all(DecoderConfig c) {
        List<Entry> out = new ArrayList<>();
        new TreeMap<>(OTHER.get(c.family())).forEach((name, ours) -> {
            if (!name.equals(GgufModel.HEAD) || !c.tied()) {
                boolean vector = name.startsWith("output_norm");
                out.add(new Entry(name, List.of(ours), vector ? c.hidden() : name.equals(GgufModel.POSITIONS) ? c.context() : c.vocab(), vector ? 1 : c.hidden()));
            }
        });
        if (c.scaling().kind() == RotaryScaling.Kind.LLAMA3 || c.scaling().kind() == RotaryScaling.Kind.GIVEN) {
            out.add(new Entry(GgufModel.DIVISORS, List.of(), c.headSize() / 2, 1));
        }
        for (int i = 0; i < c.layers(); i++) {
            String block = "blk." + i + ".";
            String prefix = prefix(c, i);
            new TreeMap<>(LAYER.get(c.family())).forEach((name, ours) -> {
                int rows = rows(c, name);
                out.add(new Entry(block + name + WEIGHT, List.of(prefix + ours + WEIGHT), rows, name.endsWith("norm") ? 1 : name.equals("ffn_down") ? c.inner() : c.hidden()));
                if (c.family() == Family.GPT2) {
                    out.add(new Entry(block + name + ".bias", List.of(prefix + ours + ".bias"), rows, 1));
                }
            });
            if (c.family() == Family.GPT2) {
                out.add(new Entry(block + FUSED + WEIGHT, Gpt2Names.parts(i, "weight"), 3 * c.hidden(), c.hidden()));
                out.add(new Entry(block + FUSED + ".bias", Gpt2Names.parts(i, "bias"), 3 * c.hidden(), 1));
            }
        }
        return out;
    }

    private static int rows(DecoderConfig c, String name) {
        return switch (name) {
            case "attn_k", "attn_v" -> c.keyWidth();
            case "ffn_gate", "ffn_up" -> c.inner();
            default -> c.hidden();
        };
    }
}
