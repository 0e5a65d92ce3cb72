package dev.filigree.model;

import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A vision transformer (Dosovitskiy et al. 2020, arXiv:2010.11929): a linear layer on square patches, learned positions, layers
 * of attention, the mean over patches or what became of a token of its own, a class. Takes {@link Samples} {@code [images x channels * height * width]}.
 */
public final class Vit extends Network {

    public static final Entry<Architecture> ENTRY = Catalog.entry("vit", "Dosovitskiy et al. 2020, arXiv:2010.11929", "attention over square patches of an image",
            List.of(Option.of("patch", 4, "side of a patch in pixels"), Option.of("width", 128, "features of a patch"), Option.of("layers", 4, "layers"),
                    Option.of("heads", 4, "heads of attention"), Option.of("inner", 0, "width of the feed-forward net, 0 for four times the width"),
                    Option.of("token", false, "the class from a token of its own, not from the mean of the patches"),
                    Option.of("dropout", 0.0, "share of what patches and branches give that is dropped")),
            s -> (in, outputs) -> new Vit(new Shape(in.channels(), in.height(), in.width(), s.integer("patch"), s.integer("width"), s.integer("layers"), s.integer("heads"),
                    s.integer("inner") == 0 ? 4 * s.integer("width") : s.integer("inner"), outputs, s.flag("token"), s.number("dropout"))));

    private final Shape shape;
    private final Linear patches;
    private final Held places;
    private final List<TransformerLayer> layers = new ArrayList<>();
    private final TransformerLayer.Norm last;
    private final Linear head;
    private Value cut; // images in patches

    /**
     * What a vision transformer is made of.
     *
     * @param patch   side of a patch in pixels, which divides height and width
     * @param inner   width of the feed-forward net
     * @param token   whether the class is read from a token of its own, before the patches; else from their mean
     * @param dropout share of what patches and branches give that is dropped
     */
    public record Shape(int channels, int height, int width, int patch, int features, int layers, int heads, int inner, int classes, boolean token, double dropout) {

        public Shape {
            if (channels < 1 || height < 1 || width < 1 || patch < 1 || height % patch != 0 || width % patch != 0 || features < 1 || heads < 1
                    || features % heads != 0 || layers < 1 || inner < 1 || classes < 1
                    || !(dropout >= 0 && dropout < 1)) {
                throw new UserError("vit: found images of " + channels + " x " + height + " x " + width + ", patches of " + patch + ", " + features + " features, "
                        + heads + " heads, " + layers + " layers, " + classes + " classes, dropout " + dropout
                        + "; expected patches that divide the image, heads that divide the features and a share in [0, 1)");
            }
        }

        /** The mean over patches, without dropout. */
        public Shape(int channels, int height, int width, int patch, int features, int layers, int heads, int inner, int classes) {
            this(channels, height, width, patch, features, layers, heads, inner, classes, false, 0);
        }

        /** Tokens of an image: its patches, and one more where the class has one. */
        int count() {
            return height / patch * (width / patch) + first();
        }

        /** The token at which patches begin. */
        int first() {
            return token ? 1 : 0;
        }

        /** Numbers of a patch. */
        int size() {
            return channels * patch * patch;
        }
    }

    public Vit(Shape shape) {
        this.shape = shape;
        this.patches = linear(new Site("patches.weight", 0, Role.INPUT, shape.features, shape.size()), new Init.Kaiming(1));
        this.places = whole("places.weight", shape.count(), shape.features, new Init.Normal(0.02));
        for (int i = 0; i < shape.layers; i++) {
            layers.add(new TransformerLayer(this, i, shape.layers, shape.features, shape.heads, shape.inner, new TransformerLayer.Kind(false, false, false, shape.dropout)));
        }
        this.last = TransformerLayer.norm(this, "norm", shape.features, false);
        this.head = linear(new Site("head.weight", shape.layers, Role.OUTPUT, shape.classes, shape.features), new Init.Kaiming(1));
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        Value x = patches(ops, in.as(Samples.class).x());
        Value where = ops.embed(List.of(new Lookup(places, IntStream.range(0, x.tokens()).map(t -> t % shape.count()).toArray())), x.width());
        Value y = ops.linearAdd(patches.weight(), patches.bias(), Activation.NONE, x, where);
        ops.release(x);
        ops.release(where);
        return TransformerLayer.dropped(ops, shape.dropout, y);
    }

    @Override
    public int blocks() {
        return layers.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        return layers.get(i).run(ops, x, spans(in));
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        Value seen = shape.token ? token(ops, x, in) : mean(ops, x, in);
        Value y = ops.linear(head.weight(), head.bias(), Activation.NONE, seen);
        ops.release(seen);
        return y;
    }

    private Value mean(Ops ops, Value x, Batch in) {
        Value normal = last.of(ops, x);
        Value mean = ops.pool(Pooling.MEAN, normal, spans(in));
        ops.release(normal);
        return mean;
    }

    private Value token(Ops ops, Value x, Batch in) {
        Value tokens = ops.pick(x, IntStream.range(0, in.size()).map(i -> i * shape.count()).toArray());
        Value normal = last.of(ops, tokens);
        ops.release(tokens);
        return normal;
    }

    private Spans spans(Batch in) {
        return new Spans(IntStream.rangeClosed(0, in.size()).map(i -> i * shape.count()).toArray());
    }

    /**
     * {@code [images x pixels]} to {@code [images * tokens x numbers of a patch]}. A token for the class has no pixels: what it
     * begins with is its learned place, and another learned vector beside that would say nothing more.
     */
    private synchronized Value patches(Ops ops, Value images) {
        if (images.features() != shape.channels * shape.height * shape.width) {
            throw new UserError("vit: found images of " + images.features() + " numbers, expected " + shape.channels + " x " + shape.height + " x " + shape.width);
        }
        int tokens = images.tokens() * shape.count();
        int width = Kernels.widthFor(tokens);
        if (cut == null || cut.tokens() != tokens) { // kept from step to step: a pass takes a copy
            cut = new Value(Floats.allocate(Value.length(shape.size(), tokens, width)), shape.size(), tokens, width);
        }
        int across = shape.width / shape.patch;
        for (int t = 0; t < tokens; t++) {
            int patch = t % shape.count() - shape.first();
            if (patch < 0) {
                continue;
            }
            int top = patch / across * shape.patch;
            int left = patch % across * shape.patch;
            for (int f = 0; f < shape.size(); f++) {
                int c = f / (shape.patch * shape.patch);
                int pixel = (c * shape.height + top + f / shape.patch % shape.patch) * shape.width + left + f % shape.patch;
                cut.data().set(cut.at(t, f), images.get(t / shape.count(), pixel));
            }
        }
        return ops.input(cut);
    }
}
