package dev.filigree.io;

import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig.Family;
import java.util.Optional;

/** The configuration of a language model as GGUF's named values give it. What would change its numbers and is not known here is refused. */
record GgufModel(DecoderConfig config) {

    static final String ARCHITECTURE = "general.architecture";
    static final String EMBEDDINGS = "token_embd.weight";
    static final String POSITIONS = "position_embd.weight";
    static final String HEAD = "output.weight";

    GgufModel(GgufHeader h) {
        this(read(h));
    }

    private static DecoderConfig read(GgufHeader h) {
        String name = h.text(ARCHITECTURE);
        Family family = switch (name) {
            case "llama" -> Family.LLAMA;
            case "gpt2" -> Family.GPT2;
            default -> throw h.unsupported("holds a model of the architecture " + Faults.quote(name), "expected llama or gpt2");
        };
        boolean llama = family == Family.LLAMA;
        String of = name + ".";
        StoredTensor words = tensor(h, EMBEDDINGS).orElseThrow(() -> h.unsupported("has no tensor " + Faults.quote(EMBEDDINGS), "expected a language model"));
        int heads = h.integer(of + "attention.head_count");
        try {
            DecoderConfig c = new DecoderConfig((int) Math.min(Integer.MAX_VALUE, words.shape()[0]), h.integer(of + "context_length"), h.integer(of + "embedding_length"), h.integer(of + "feed_forward_length"),
                    h.integer(of + "block_count"), heads, h.has(of + "attention.head_count_kv") ? h.integer(of + "attention.head_count_kv") : heads,
                    (float) h.real(of + (llama ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon")),
                    llama && h.has(of + "rope.freq_base") ? h.real(of + "rope.freq_base") : 10_000, llama, tensor(h, HEAD).isEmpty(), family);
            if (llama) {
                requirePlain(h, of, c);
            }
            return c;
        } catch (UserError e) {
            throw Faults.in(h.source(), e);
        }
    }

    private static void requirePlain(GgufHeader h, String of, DecoderConfig c) {
        for (String size : new String[] {"rope.dimension_count", "attention.key_length", "attention.value_length"}) {
            if (h.has(of + size) && h.integer(of + size) != c.headSize()) {
                throw h.unsupported(of + size + " is " + h.integer(of + size), "expected " + c.headSize() + ", the features of a head");
            }
        }
        if (h.has(of + "rope.scaling.type") && !h.text(of + "rope.scaling.type").equals("none") || tensor(h, "rope_freqs.weight").isPresent()) {
            throw h.unsupported("scales its rotary positions", "expected positions that are not scaled");
        }
        if (h.has(of + "expert_count") && h.integer(of + "expert_count") > 0) {
            throw h.unsupported("holds a mixture of " + h.integer(of + "expert_count") + " experts", "expected one feed-forward net a layer");
        }
        h.tensors().stream().filter(t -> t.name().endsWith(".bias")).findFirst().ifPresent(t -> {
            throw h.unsupported("has the bias " + Faults.quote(t.name()), "expected a model without biases");
        });
    }

    private static Optional<StoredTensor> tensor(GgufHeader h, String name) {
        return h.tensors().stream().filter(t -> t.name().equals(name)).findFirst();
    }
}
