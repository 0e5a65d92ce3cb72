package dev.filigree.io;

import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig.Family;
import java.util.Optional;
import java.util.stream.LongStream;

/** The configuration of a language model as GGUF's named values give it. What would change its numbers and is not known here is refused. */
record GgufModel(DecoderConfig config) {

    static final String ARCHITECTURE = "general.architecture";
    static final String EMBEDDINGS = "token_embd.weight";
    static final String POSITIONS = "position_embd.weight";
    static final String HEAD = "output.weight";
    static final String DIVISORS = "rope_freqs.weight";
    private static final int MOST_DIVISORS = 1 << 16;

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
                return c.with(scaling(h, of));
            }
            return c;
        } catch (UserError e) {
            throw Faults.in(h.source(), e);
        }
    }

    /** By a factor, or by divisors in a tensor: that is how llama3's are stored. */
    private static RotaryScaling scaling(GgufHeader h, String of) {
        String type = h.has(of + "rope.scaling.type") ? h.text(of + "rope.scaling.type") : "none";
        Optional<StoredTensor> divisors = tensor(h, DIVISORS);
        if (!type.equals("none") && !type.equals("linear") || divisors.isPresent() && type.equals("linear")) {
            throw h.unsupported("scales its rotary positions by " + Faults.quote(type) + (divisors.isPresent() ? " and by " + DIVISORS : ""), "expected none, linear or " + DIVISORS);
        }
        if (divisors.isPresent()) {
            return RotaryScaling.given(LongStream.range(0, Math.min(divisors.get().elements(), MOST_DIVISORS)).mapToObj(i -> (double) divisors.get().get(i)).toList());
        }
        return type.equals("linear") ? RotaryScaling.linear(h.real(of + "rope.scaling.factor")) : RotaryScaling.NONE;
    }

    private static void requirePlain(GgufHeader h, String of, DecoderConfig c) {
        for (String size : new String[] {"rope.dimension_count", "attention.key_length", "attention.value_length"}) {
            if (h.has(of + size) && h.integer(of + size) != c.headSize()) {
                throw h.unsupported(of + size + " is " + h.integer(of + size), "expected " + c.headSize() + ", the features of a head");
            }
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
