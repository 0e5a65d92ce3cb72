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
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Past;
import dev.filigree.ops.RmsNorm;
import dev.filigree.ops.Rotary;
import dev.filigree.ops.Sequences;
import dev.filigree.ops.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A language model of the Llama family (Touvron et al. 2023, arXiv:2302.13971): RMSNorm before each branch, rotary positions,
 * heads of queries that share keys, SwiGLU, no biases. Takes {@link Sequences}; parameter names are those of Hugging Face.
 */
public final class Llama extends Network implements CausalModel {

    public static final Entry<Architecture> ENTRY = Catalog.entry("llama", "Touvron et al. 2023, arXiv:2302.13971", "a decoder with rotary positions and SwiGLU, the next token",
            List.of(Option.of("width", 128, "features of a token"), Option.of("layers", 4, "layers"), Option.of("heads", 4, "heads of attention"),
                    Option.of("keys", 0, "heads of keys and values, shared; 0 for as many as heads"), Option.of("inner", 0, "width of the feed-forward net, 0 for 8/3 of the width"),
                    Option.of("tied", true, "embeddings as the weight of the output, which then stays dense"),
                    Option.of("activation", "silu", "of the gate: silu, or relu, behind which units are zero")),
            s -> (in, outputs) -> new Llama(new DecoderConfig(outputs, in.size(), s.integer("width"), s.integer("inner") == 0 ? Math.ceilDiv(s.integer("width") * 8, 3 * 16) * 16 : s.integer("inner"),
                    s.integer("layers"), s.integer("heads"), s.integer("keys") == 0 ? s.integer("heads") : s.integer("keys"), 1e-5f, 10_000, false, s.flag("tied")).with(activation(s.text("activation")))));

    private static Activation activation(String name) {
        return switch (name) {
            case "silu" -> Activation.SILU;
            case "relu" -> Activation.RELU;
            default -> throw new UserError("model llama: found activation=" + name + ", expected silu or relu");
        };
    }

    private static final Pattern LAYER = Pattern.compile("model\\.layers\\.(\\d+)(\\..*)");

    private final DecoderConfig config;
    private final Heads heads;
    private final Rotary rotary;
    private final Held words;
    private final List<Layer> layers = new ArrayList<>();
    private final RmsNorm last;
    private final Held head;

    /** The parameters of one layer; {@code past} and {@code over} turn the residual stream past attention and over the feed-forward net, null where it stays as it is. */
    private record Layer(RmsNorm first, Held query, Held key, Held value, Held out, Held past, RmsNorm second, Held gate, Held up, Held down, Held over) {
    }

    public Llama(DecoderConfig config) {
        this.config = config;
        this.heads = new Heads(config.heads(), config.headSize(), true);
        this.rotary = new Rotary(config.headSize(), config.base(), config.neighbours(), config.scaling().divisors(config.headSize(), config.base()));
        String name = "model.embed_tokens.weight";
        Init embedding = new Init.Normal(config.tied() ? 1 / Math.sqrt(config.hidden()) : 0.02);
        int width = config.width(0);
        this.words = config.tied() ? unpruned(name, config.vocab(), width, embedding) : whole(name, config.vocab(), width, embedding);
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer(i));
        }
        this.last = norm("model.norm", config.points() - 1);
        this.head = config.tied() ? words : weight(new Site("lm_head.weight", config.layers(), Role.OUTPUT, config.vocab(), config.width(config.points() - 1)), new Init.Kaiming(0.5));
    }

    private Layer layer(int i) {
        Init begins = new Init.Kaiming(1);
        Init ends = new Init.Kaiming(1 / Math.sqrt(2.0 * config.layers()));
        int hidden = config.hidden();
        int inner = config.inner(i);
        int before = config.width(2 * i);
        int middle = config.width(2 * i + 1);
        int after = config.width(2 * i + 2);
        String name = "model.layers." + i + ".";
        return new Layer(norm(name + "input_layernorm", 2 * i),
                weight(new Site(name + "self_attn.q_proj.weight", i, Role.QUERY, hidden, before), begins),
                weight(new Site(name + "self_attn.k_proj.weight", i, Role.KEY, config.keyWidth(), before), begins),
                weight(new Site(name + "self_attn.v_proj.weight", i, Role.VALUE, config.keyWidth(), before), begins),
                weight(new Site(name + "self_attn.o_proj.weight", i, Role.ATTENTION_OUT, middle, hidden), ends),
                shortcut(name + "attn_shortcut.weight", middle, before),
                norm(name + "post_attention_layernorm", 2 * i + 1),
                weight(new Site(name + "mlp.gate_proj.weight", i, Role.FFN_GATE, inner, middle), begins),
                weight(new Site(name + "mlp.up_proj.weight", i, Role.FFN_IN, inner, middle), begins),
                weight(new Site(name + "mlp.down_proj.weight", i, Role.FFN_OUT, after, inner), ends),
                shortcut(name + "mlp_shortcut.weight", after, middle));
    }

    private Held shortcut(String name, int rows, int cols) {
        return config.cut().shortcuts() ? unpruned(name, rows, cols, new Init.Kaiming(1)) : null;
    }

    /** A stream that lost features is still divided by the root of its squares over all that there were. */
    private RmsNorm norm(String name, int point) {
        int width = config.width(point);
        return new RmsNorm(vector(name + ".weight", width, (float) Math.sqrt(config.hidden() / (double) width)), config.eps() * config.hidden() / width);
    }

    /** A model with stored weights. */
    public static Llama of(DecoderConfig config, Source source) {
        return CausalModel.filled(new Llama(config), source);
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

    /** The features inside of each feed-forward net come and go together. */
    @Override
    public List<Coupling> couplings() {
        List<Coupling> all = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            Layer l = layers.get(i);
            all.add(new Coupling(i + ".inner", config.inner(i), 1, List.of(l.gate, l.up), List.of(), List.of(new Coupling.Reader(l.down, 1))));
        }
        return all;
    }

    @Override
    public Llama narrowed(List<Integer> channels) {
        return new Llama(config.with(new DecoderConfig.Cut(channels, config.cut().widths(), config.cut().shortcuts())));
    }

    @Override
    public Llama shortened(int[] kept) {
        List<Integer> inners = config.cut().inners().isEmpty() ? List.of() : Arrays.stream(kept).mapToObj(config::inner).toList();
        if (!config.cut().widths().isEmpty()) {
            throw new UserError("model: its residual stream was cut, so that layers do not fit together in another order; take layers out first");
        }
        Llama left = new Llama(config.withLayers(kept.length, inners));
        for (Held p : left.params()) {
            Matcher m = LAYER.matcher(p.name());
            p.set(param(m.matches() ? "model.layers." + kept[Integer.parseInt(m.group(1))] + m.group(2) : p.name()).forward());
        }
        return left;
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        return ops.embed(List.of(new Lookup(words, in.as(Sequences.class).ids())));
    }

    @Override
    public int blocks() {
        return layers.size();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Layer l = layers.get(i);
        Value normal = ops.rmsNorm(l.first, x);
        Value context = attention(ops, l, normal, in.as(Sequences.class), i);
        ops.release(normal);
        Value mid = added(ops, l.out, context, l.past, x);
        ops.release(context);
        Value wide = wide(ops, l, mid);
        Value y = added(ops, l.down, wide, l.over, mid);
        ops.release(wide);
        ops.release(mid);
        return y;
    }

    /** The stream, turned by {@code shortcut} unless that is null, and what a branch adds to it. */
    private static Value added(Ops ops, Held weight, Value branch, Held shortcut, Value stream) {
        if (shortcut == null) {
            return ops.linearAdd(weight, null, Activation.NONE, branch, stream);
        }
        Value turned = ops.linear(shortcut, null, Activation.NONE, stream);
        Value y = ops.linearAdd(weight, null, Activation.NONE, branch, turned);
        ops.release(turned);
        return y;
    }

    private Value attention(Ops ops, Layer l, Value x, Sequences in, int block) {
        int[] positions = in.positions();
        Value q = turned(ops, l.query, x, positions);
        Value k = turned(ops, l.key, x, positions);
        Value v = ops.linear(l.value, null, Activation.NONE, x);
        Past past = in.past(block);
        Value y;
        if (past != null) {
            y = ops.attend(heads, q, k, v, in.spans(), past);
        } else {
            k = repeated(ops, k);
            v = repeated(ops, v);
            y = ops.attend(heads, q, k, v, in.spans());
        }
        ops.release(q);
        ops.release(k);
        ops.release(v);
        return y;
    }

    private Value turned(Ops ops, Held weight, Value x, int[] positions) {
        Value plain = ops.linear(weight, null, Activation.NONE, x);
        Value y = ops.rotate(rotary, plain, positions);
        ops.release(plain);
        return y;
    }

    /** Keys or values once for each head that shares them. */
    private Value repeated(Ops ops, Value shared) {
        if (config.heads() == config.keyHeads()) {
            return shared;
        }
        Value y = ops.repeat(config.headSize(), config.heads() / config.keyHeads(), shared);
        ops.release(shared);
        return y;
    }

    private Value wide(Ops ops, Layer l, Value mid) {
        Value normal = ops.rmsNorm(l.second, mid);
        Value open = ops.linear(l.gate, null, config.activation(), normal);
        Value plain = ops.linear(l.up, null, Activation.NONE, normal);
        ops.release(normal);
        Value wide = ops.multiply(open, plain);
        ops.release(open);
        ops.release(plain);
        return wide;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        Value normal = ops.rmsNorm(last, x);
        Value y = ops.linear(head, null, Activation.NONE, normal);
        ops.release(normal);
        return y;
    }
}
