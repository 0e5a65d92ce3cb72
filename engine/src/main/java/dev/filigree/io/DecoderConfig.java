package dev.filigree.io;

import dev.filigree.base.UserError;

/**
 * Shape of a language model.
 *
 * @param vocab      tokens that there are
 * @param context    tokens of the longest sequence that it was trained for
 * @param hidden     features of a token
 * @param inner      features inside the feed-forward net
 * @param heads      of queries; they divide {@code hidden}
 * @param keyHeads   of keys and values, each shared by as many query heads (Ainslie et al. 2023, arXiv:2305.13245)
 * @param eps        of the norms
 * @param base       of rotary positions; of no use to GPT-2
 * @param neighbours whether features 2i and 2i + 1 turn together, see {@link dev.filigree.ops.Rotary}; of no use to GPT-2
 * @param tied       whether the embeddings are the output's weight too
 * @param family     what its layers are
 */
public record DecoderConfig(int vocab, int context, int hidden, int inner, int layers, int heads, int keyHeads, float eps, double base, boolean neighbours, boolean tied,
                            Family family) {

    /** Of rotary positions, where nothing else is said. */
    public static final double USUAL_BASE = 10_000;

    private static final int MOST = 1 << 24;
    private static final int MOST_LAYERS = 1000;

    /** Kinds of language models. */
    public enum Family {
        /** Touvron et al. 2023, arXiv:2302.13971. */
        LLAMA("model.layers.%d.input_layernorm.weight"),
        /** Radford et al. 2019: learned positions, layer normalisation, biases. */
        GPT2("h.%d.ln_1.weight");

        private final String norm;

        Family(String norm) {
            this.norm = norm;
        }

        /** Name of the gain {@code [hidden]} of the first norm of a layer, which no file of the family lacks. */
        String norm(int layer) {
            return String.format(norm, layer);
        }
    }

    /** One of the Llama family. */
    public DecoderConfig(int vocab, int context, int hidden, int inner, int layers, int heads, int keyHeads, float eps, double base, boolean neighbours, boolean tied) {
        this(vocab, context, hidden, inner, layers, heads, keyHeads, eps, base, neighbours, tied, Family.LLAMA);
    }

    public DecoderConfig {
        positive("vocabulary", vocab);
        positive("context", context);
        positive("hidden size", hidden);
        positive("feed-forward size", inner);
        positive("number of layers", layers);
        if (layers > MOST_LAYERS) {
            throw new UserError("language model: found " + layers + " layers, expected at most " + MOST_LAYERS);
        }
        positive("number of heads", heads);
        positive("number of key heads", keyHeads);
        if (hidden % heads != 0 || hidden / heads % 2 != 0 && family == Family.LLAMA || heads % keyHeads != 0 || family == Family.GPT2 && keyHeads != heads) {
            throw new UserError("language model: found " + hidden + " features in " + heads + " heads, " + keyHeads
                    + " of keys; expected heads of equally many features, an even number, and key heads that divide the heads (GPT-2: as many)");
        }
        if (!(eps > 0 && eps < 1) || !(base > 1 && base < 1e12)) {
            throw new UserError("language model: found an epsilon of " + eps + " and a rotary base of " + base + ", expected one in (0, 1) and one above 1");
        }
    }

    private static void positive(String what, int found) {
        if (found < 1 || found > MOST) {
            throw new UserError("language model: found a " + what + " of " + found + ", expected 1 to " + MOST);
        }
    }

    /** The same with rotary pairs as halves. */
    DecoderConfig halves() {
        return new DecoderConfig(vocab, context, hidden, inner, layers, heads, keyHeads, eps, base, false, tied, family);
    }

    public int headSize() {
        return hidden / heads;
    }

    /** Features of all keys of a token. */
    public int keyWidth() {
        return headSize() * keyHeads;
    }
}
