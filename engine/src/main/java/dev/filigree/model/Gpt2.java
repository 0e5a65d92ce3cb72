package dev.filigree.model;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.io.DecoderConfig;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Heads;
import dev.filigree.ops.Held;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Past;
import dev.filigree.ops.Sequences;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A language model of the GPT-2 family (Radford et al. 2019): learned positions, {@code x + attend(norm(x))} and {@code x + W2 gelu(W1 norm(x) + b1) + b2} with the GELU by
 * tanh, biases everywhere. Takes {@link Sequences} up to the configuration's context; parameter names are those of Hugging Face, queries, keys and values apart.
 */
public final class Gpt2 extends Network implements CausalModel {

    public static final Entry<Architecture> ENTRY = Catalog.entry("gpt2", "Radford et al. 2019", "a decoder with learned positions, layer normalisation and biases, the next token",
            List.of(Option.of("width", 256, "features of a token"), Option.of("layers", 4, "layers"), Option.of("heads", 4, "heads of attention"),
                    Option.of("inner", 0, "width of the feed-forward net, 0 for four times the width"),
                    Option.of("tied", true, "embeddings as the weight of the output, which then stays dense")),
            s -> (in, outputs) -> new Gpt2(config(outputs, in.size(), s.integer("width"), s.integer("inner") == 0 ? 4 * s.integer("width") : s.integer("inner"),
                    s.integer("layers"), s.integer("heads"), s.flag("tied"))));

    private static final float EPS = 1e-5f;

    private final DecoderConfig config;
    private final Heads heads;
    private final Held words;
    private final Held places;
    private final List<Layer> layers = new ArrayList<>();
    private final LayerNorm last;
    private final Held head;

    /** The parameters of one layer. */
    private record Layer(LayerNorm first, Linear query, Linear key, Linear value, Linear out, LayerNorm second, Linear up, Linear down) {
    }

    public Gpt2(DecoderConfig config) {
        this.config = config;
        this.heads = new Heads(config.heads(), config.headSize(), true);
        String name = "wte.weight";
        Init embedding = new Init.Normal(config.tied() ? 1 / Math.sqrt(config.hidden()) : 0.02);
        this.words = config.tied() ? unpruned(name, config.vocab(), config.hidden(), embedding) : whole(name, config.vocab(), config.hidden(), embedding);
        this.places = whole("wpe.weight", config.context(), config.hidden(), new Init.Normal(0.02));
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer(i));
        }
        this.last = norm("ln_f");
        this.head = config.tied() ? words : weight(new Site("lm_head.weight", config.layers(), Role.OUTPUT, config.vocab(), config.hidden()), new Init.Kaiming(0.5));
    }

    /** A configuration of the family. */
    public static DecoderConfig config(int vocab, int context, int hidden, int inner, int layers, int heads, boolean tied) {
        return new DecoderConfig(vocab, context, hidden, inner, layers, heads, heads, EPS, DecoderConfig.USUAL_BASE, false, tied, DecoderConfig.Family.GPT2);
    }

    private Layer layer(int i) {
        Init begins = new Init.Kaiming(1);
        Init ends = new Init.Kaiming(1 / Math.sqrt(2.0 * config.layers()));
        int hidden = config.hidden();
        String name = "h." + i + ".";
        return new Layer(norm(name + "ln_1"),
                linear(new Site(name + "attn.q.weight", i, Role.QUERY, hidden, hidden), begins),
                linear(new Site(name + "attn.k.weight", i, Role.KEY, hidden, hidden), begins),
                linear(new Site(name + "attn.v.weight", i, Role.VALUE, hidden, hidden), begins),
                linear(new Site(name + "attn.c_proj.weight", i, Role.ATTENTION_OUT, hidden, hidden), ends),
                norm(name + "ln_2"),
                linear(new Site(name + "mlp.c_fc.weight", i, Role.FFN_IN, config.inner(), hidden), begins),
                linear(new Site(name + "mlp.c_proj.weight", i, Role.FFN_OUT, hidden, config.inner()), ends));
    }

    private LayerNorm norm(String name) {
        return new LayerNorm(vector(name + ".weight", config.hidden(), 1), vector(name + ".bias", config.hidden(), 0), config.eps());
    }

    @Override
    public DecoderConfig config() {
        return config;
    }

    @Override
    public Held words() {
        return words;
    }

    @Override
    public Held head() {
        return head;
    }

    @Override
    public Network empty() {
        return new Gpt2(config);
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        Sequences s = in.as(Sequences.class);
        int[] positions = s.positions();
        int last = Arrays.stream(positions).max().orElse(0);
        if (last >= config.context()) {
            throw new UserError("gpt2: found a sequence of " + (last + 1) + " tokens, expected at most its context of " + config.context());
        }
        return ops.embed(List.of(new Lookup(words, s.ids()), new Lookup(places, positions)));
    }

    @Override
    public int blocks() {
        return layers.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Layer l = layers.get(i);
        Value normal = ops.norm(l.first, x);
        Value context = attention(ops, l, normal, in.as(Sequences.class), i);
        ops.release(normal);
        Value mid = ops.linearAdd(l.out.weight(), l.out.bias(), Activation.NONE, context, x);
        ops.release(context);
        Value second = ops.norm(l.second, mid);
        Value wide = ops.linear(l.up.weight(), l.up.bias(), Activation.GELU_TANH, second);
        ops.release(second);
        Value y = ops.linearAdd(l.down.weight(), l.down.bias(), Activation.NONE, wide, mid);
        ops.release(wide);
        ops.release(mid);
        return y;
    }

    private Value attention(Ops ops, Layer l, Value x, Sequences in, int block) {
        Value q = ops.linear(l.query.weight(), l.query.bias(), Activation.NONE, x);
        Value k = ops.linear(l.key.weight(), l.key.bias(), Activation.NONE, x);
        Value v = ops.linear(l.value.weight(), l.value.bias(), Activation.NONE, x);
        Past past = in.past(block);
        Value y = past == null ? ops.attend(heads, q, k, v, in.spans()) : ops.attend(heads, q, k, v, in.spans(), past);
        ops.release(q);
        ops.release(k);
        ops.release(v);
        return y;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        Value normal = ops.norm(last, x);
        Value y = ops.linear(head, null, Activation.NONE, normal);
        ops.release(normal);
        return y;
    }
}
