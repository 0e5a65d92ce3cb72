package dev.filigree.model;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Text;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;

/**
 * A decoder language model (Radford et al. 2019): learned positions, layers of causal attention that normalise first, scores of
 * the next token. Takes {@link Text}, at most {@code context} steps long.
 */
public final class Decoder extends Network {

    public static final Entry<Architecture> ENTRY = Catalog.entry("decoder", "Vaswani et al. 2017, arXiv:1706.03762; Radford et al. 2019", "causal attention, the next token",
            List.of(Option.of("width", 256, "features of a token"), Option.of("layers", 4, "layers"), Option.of("heads", 4, "heads of attention"),
                    Option.of("inner", 0, "width of the feed-forward net, 0 for four times the width"), Option.of("rms", false, "RMSNorm instead of layer normalisation"),
                    Option.of("gated", false, "SwiGLU instead of GELU"), Option.of("tied", false, "embeddings as the weight of the output, which then stays dense"),
                    Option.of("dropout", 0.0, "share of what embeddings and branches give that is dropped")),
            s -> (in, outputs) -> new Decoder(new Shape(outputs, in.size(), s.integer("width"), s.integer("layers"), s.integer("heads"),
                    s.integer("inner") == 0 ? 4 * s.integer("width") : s.integer("inner"), s.flag("rms"), s.flag("gated"), s.flag("tied"), s.number("dropout"))));

    private final Shape shape;
    private final Held words;
    private final Held places;
    private final List<TransformerLayer> layers = new ArrayList<>();
    private final TransformerLayer.Norm last;
    private final Held head;
    private final Held headBias; // null when tied

    /**
     * What a decoder is made of.
     *
     * @param vocabulary tokens that there are
     * @param context    longest window
     * @param inner      width of the feed-forward net
     * @param rms        RMSNorm instead of layer normalisation
     * @param gated      SwiGLU instead of GELU
     * @param tied       whether the embeddings are the output's weight too, which then stays dense
     * @param dropout    share of what embeddings and branches give that is dropped
     */
    public record Shape(int vocabulary, int context, int width, int layers, int heads, int inner, boolean rms, boolean gated, boolean tied, double dropout) {

        public Shape {
            if (vocabulary < 2 || context < 1 || width < 1 || layers < 1 || heads < 1 || inner < 1 || width % heads != 0 || !(dropout >= 0 && dropout < 1)) {
                throw new UserError("decoder: found vocabulary " + vocabulary + ", context " + context + ", width " + width + ", layers " + layers + ", heads "
                        + heads + ", inner " + inner + ", dropout " + dropout + "; expected at least 2 tokens, 1 of each other, a width that the heads divide, and a share in [0, 1)");
            }
        }

        /** Without dropout. */
        public Shape(int vocabulary, int context, int width, int layers, int heads, int inner, boolean rms, boolean gated, boolean tied) {
            this(vocabulary, context, width, layers, heads, inner, rms, gated, tied, 0);
        }

        /** Layer normalisation, GELU, an inner width of four times the width, a head of its own. */
        public static Shape of(int vocabulary, int context, int width, int layers, int heads) {
            return new Shape(vocabulary, context, width, layers, heads, 4 * width, false, false, false);
        }
    }

    public Decoder(Shape shape) {
        this.shape = shape;
        Init embedding = new Init.Normal(shape.tied ? 1 / Math.sqrt(shape.width) : 0.02);
        this.words = shape.tied ? unpruned("words.weight", shape.vocabulary, shape.width, embedding) : whole("words.weight", shape.vocabulary, shape.width, embedding);
        this.places = whole("places.weight", shape.context, shape.width, new Init.Normal(0.02));
        TransformerLayer.Kind kind = new TransformerLayer.Kind(shape.rms, shape.gated, true, shape.dropout);
        for (int i = 0; i < shape.layers; i++) {
            layers.add(new TransformerLayer(this, i, shape.layers, shape.width, shape.heads, shape.inner, kind));
        }
        this.last = TransformerLayer.norm(this, "norm", shape.width, shape.rms);
        Linear own = shape.tied ? null : linear(new Site("head.weight", shape.layers, Role.OUTPUT, shape.vocabulary, shape.width), new Init.Kaiming(0.5));
        this.head = own == null ? words : own.weight();
        this.headBias = own == null ? null : own.bias();
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        Text text = in.as(Text.class);
        if (text.steps() > shape.context) {
            throw new UserError("decoder: found windows of " + text.steps() + " tokens, expected at most its context of " + shape.context);
        }
        return TransformerLayer.dropped(ops, shape.dropout, ops.embed(List.of(new Lookup(words, text.ids()), new Lookup(places, text.positions()))));
    }

    @Override
    public int blocks() {
        return layers.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        return layers.get(i).run(ops, x, in.as(Text.class).spans());
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        Value normal = last.of(ops, x);
        Value y = ops.linear(head, headBias, Activation.NONE, normal);
        ops.release(normal);
        return y;
    }
}
