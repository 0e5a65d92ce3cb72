package dev.filigree.io;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import java.util.List;
import java.util.Locale;

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
 * @param activation of the feed-forward net's gate: SILU as Llama has it, or RELU, behind which most units are zero; of no use to GPT-2
 * @param cut        what was taken out of that shape
 * @param scaling    of rotary positions; of no use to GPT-2
 */
public record DecoderConfig(int vocab, int context, int hidden, int inner, int layers, int heads, int keyHeads, float eps, double base, boolean neighbours, boolean tied,
                             Family family, Activation activation, Cut cut, RotaryScaling scaling) {

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

    /**
     * What was taken out for good. Points of the residual stream are where something reads it: attention of each layer, its feed-forward net, and last the output.
     *
     * @param inners    features inside the feed-forward net of each layer; empty where none was removed
     * @param widths    features of the stream at each point; empty where all are as wide as a token
     * @param shortcuts whether each point has a basis of its own, so that a matrix turns the stream from each to the next
     */
    public record Cut(List<Integer> inners, List<Integer> widths, boolean shortcuts) {

        public static final Cut NONE = new Cut(List.of(), List.of(), false);

        public Cut {
            inners = List.copyOf(inners);
            widths = List.copyOf(widths);
        }
    }

    /** One whose gate is the usual one and that nothing was taken out of. */
    public DecoderConfig(int vocab, int context, int hidden, int inner, int layers, int heads, int keyHeads, float eps, double base, boolean neighbours, boolean tied, Family family) {
        this(vocab, context, hidden, inner, layers, heads, keyHeads, eps, base, neighbours, tied, family, Activation.SILU, Cut.NONE, RotaryScaling.NONE);
    }

    /** The same with another gate. */
    public DecoderConfig with(Activation other) {
        return new DecoderConfig(vocab, context, hidden, inner, layers, heads, keyHeads, eps, base, neighbours, tied, family, other, cut, scaling);
    }

    /** The same with scaled rotary positions. */
    public DecoderConfig with(RotaryScaling other) {
        return new DecoderConfig(vocab, context, hidden, inner, layers, heads, keyHeads, eps, base, neighbours, tied, family, activation, cut, other);
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
        if (activation != Activation.SILU && activation != Activation.RELU) {
            throw new UserError("language model: found the activation " + activation.name().toLowerCase(Locale.ROOT) + ", expected silu or relu");
        }
        if (scaling.kind() == RotaryScaling.Kind.GIVEN && scaling.given().size() != hidden / heads / 2) {
            throw new UserError("language model: found " + scaling.given().size() + " divisors of rotary positions, expected " + hidden / heads / 2 + ", one for each pair of a head's features");
        }
        fits("feed-forward sizes", cut.inners(), layers, inner);
        fits("widths of the residual stream", cut.widths(), 2 * layers + 1, hidden);
        if (!cut.shortcuts() && cut.widths().stream().distinct().count() > 1) {
            throw new UserError("language model: found widths of the residual stream of " + cut.widths() + " without shortcuts, expected one width");
        }
        if (tied && cut.shortcuts()) {
            throw new UserError("language model: found shortcuts and embeddings that are the output's weight, expected a weight of its own for it");
        }
        if (!(eps > 0 && eps < 1) || !(base > 1 && base < 1e12)) {
            throw new UserError("language model: found an epsilon of " + eps + " and a rotary base of " + base + ", expected one in (0, 1) and one above 1");
        }
    }

    private static void fits(String what, List<Integer> found, int count, int most) {
        if (!found.isEmpty() && (found.size() != count || found.stream().anyMatch(n -> n < 1 || n > most))) {
            throw new UserError("language model: found " + what + " of " + found + ", expected " + count + " of them, 1 to " + most);
        }
    }

    private static void positive(String what, int found) {
        if (found < 1 || found > MOST) {
            throw new UserError("language model: found a " + what + " of " + found + ", expected 1 to " + MOST);
        }
    }

    /** The same with rotary pairs as halves. */
    DecoderConfig halves() {
        return new DecoderConfig(vocab, context, hidden, inner, layers, heads, keyHeads, eps, base, false, tied, family, activation, cut, scaling);
    }

    /** Features inside the feed-forward net of a layer. */
    public int inner(int layer) {
        return cut.inners().isEmpty() ? inner : cut.inners().get(layer);
    }

    /** Where the residual stream is read. */
    public int points() {
        return 2 * layers + 1;
    }

    /** Features of the stream at a point: 2i at attention of layer i, 2i + 1 at its feed-forward net, the last one at the output. */
    public int width(int point) {
        return cut.widths().isEmpty() ? hidden : cut.widths().get(point);
    }

    /** The same shape but for what was taken out. */
    public DecoderConfig with(Cut other) {
        return new DecoderConfig(vocab, context, hidden, inner, layers, heads, keyHeads, eps, base, neighbours, tied, family, activation, other, scaling);
    }

    /** The same shape with so many layers, whose feed-forward nets have these sizes (empty where none was cut). */
    public DecoderConfig withLayers(int count, List<Integer> inners) {
        return new DecoderConfig(vocab, context, hidden, inner, count, heads, keyHeads, eps, base, neighbours, tied, family, activation, new Cut(inners, List.of(), false), scaling);
    }

    /** The same shape with a weight of its own for the output. */
    public DecoderConfig untied() {
        return new DecoderConfig(vocab, context, hidden, inner, layers, heads, keyHeads, eps, base, neighbours, false, family, activation, cut, scaling);
    }

    public int headSize() {
        return hidden / heads;
    }

    /** Features of all keys of a token. */
    public int keyWidth() {
        return headSize() * keyHeads;
    }
}
