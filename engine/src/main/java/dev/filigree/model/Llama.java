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
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A language model of the Llama family (Touvron et al. 2023, arXiv:2302.13971): RMSNorm before each branch, rotary positions,
 * heads of queries that share keys, SwiGLU, no biases. Takes {@link Sequences}; parameter names are those of Hugging Face.
 */
public final class Llama extends Network implements CausalModel {

    public static final Entry<Architecture> ENTRY = Catalog.entry("llama", "Touvron et al. 2023, arXiv:2302.13971", "a decoder with rotary positions and SwiGLU, the next token",
            List.of(Option.of("width", 256, "features of a token"), Option.of("layers", 4, "layers"), Option.of("heads", 4, "heads of attention"),
                    Option.of("keys", 0, "heads of keys and values, shared; 0 for as many as heads"), Option.of("inner", 0, "width of the feed-forward net, 0 for 8/3 of the width"),
                    Option.of("tied", true, "embeddings as the weight of the output, which then stays dense")),
            s -> (in, outputs) -> new Llama(new DecoderConfig(outputs, in.size(), s.integer("width"), s.integer("inner") == 0 ? Math.ceilDiv(s.integer("width") * 8, 3 * 16) * 16 : s.integer("inner"),
                    s.integer("layers"), s.integer("heads"), s.integer("keys") == 0 ? s.integer("heads") : s.integer("keys"), 1e-5f, 10_000, false, s.flag("tied"))));

    private final DecoderConfig config;
    private final Heads heads;
    private final Rotary rotary;
    private final Held words;
    private final List<Layer> layers = new ArrayList<>();
    private final RmsNorm last;
    private final Held head;

    /** The parameters of one layer. */
    private record Layer(RmsNorm first, Held query, Held key, Held value, Held out, RmsNorm second, Held gate, Held up, Held down) {
    }

    public Llama(DecoderConfig config) {
        this.config = config;
        this.heads = new Heads(config.heads(), config.headSize(), true);
        this.rotary = new Rotary(config.headSize(), config.base(), config.neighbours());
        String name = "model.embed_tokens.weight";
        Init embedding = new Init.Normal(config.tied() ? 1 / Math.sqrt(config.hidden()) : 0.02);
        this.words = config.tied() ? unpruned(name, config.vocab(), config.hidden(), embedding) : whole(name, config.vocab(), config.hidden(), embedding);
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer(i));
        }
        this.last = norm("model.norm");
        this.head = config.tied() ? words : weight(new Site("lm_head.weight", config.layers(), Role.OUTPUT, config.vocab(), config.hidden()), new Init.Kaiming(0.5));
    }

    private Layer layer(int i) {
        Init begins = new Init.Kaiming(1);
        Init ends = new Init.Kaiming(1 / Math.sqrt(2.0 * config.layers()));
        int hidden = config.hidden();
        String name = "model.layers." + i + ".";
        return new Layer(norm(name + "input_layernorm"),
                weight(new Site(name + "self_attn.q_proj.weight", i, Role.QUERY, hidden, hidden), begins),
                weight(new Site(name + "self_attn.k_proj.weight", i, Role.KEY, config.keyWidth(), hidden), begins),
                weight(new Site(name + "self_attn.v_proj.weight", i, Role.VALUE, config.keyWidth(), hidden), begins),
                weight(new Site(name + "self_attn.o_proj.weight", i, Role.ATTENTION_OUT, hidden, hidden), ends),
                norm(name + "post_attention_layernorm"),
                weight(new Site(name + "mlp.gate_proj.weight", i, Role.FFN_GATE, config.inner(), hidden), begins),
                weight(new Site(name + "mlp.up_proj.weight", i, Role.FFN_IN, config.inner(), hidden), begins),
                weight(new Site(name + "mlp.down_proj.weight", i, Role.FFN_OUT, hidden, config.inner()), ends));
    }

    private RmsNorm norm(String name) {
        return new RmsNorm(vector(name + ".weight", config.hidden(), 1), config.eps());
    }

    /** Where the weights of a stored model come from; shapes were asked for and are checked here. */
    @FunctionalInterface
    public interface Source {
        /**
         * A weight {@code [rows x cols]}, vectors as {@code [n x 1]}.
         *
         * @param product whether products use it
         */
        Weight weight(String name, int rows, int cols, boolean product);
    }

    /** A model with stored weights. */
    public static Llama of(DecoderConfig config, Source source) {
        return filled(new Llama(config), source);
    }

    /** The model itself, once every parameter has its stored values. */
    static <M extends Network> M filled(M model, Source source) {
        Set<String> products = new HashSet<>();
        model.sites().forEach(s -> {
            products.add(s.name());
            fill(model, source, s.name(), s.rows(), s.cols(), true);
        });
        model.whole().forEach(w -> {
            products.add(w.name());
            fill(model, source, w.name(), w.rows(), w.cols(), w.packed());
        });
        model.params().stream().filter(p -> !products.contains(p.name())).forEach(p -> fill(model, source, p.name(), p.forward().rows(), 1, false));
        return model;
    }

    private static void fill(Network model, Source source, String name, int rows, int cols, boolean product) {
        Weight w = source.weight(name, rows, cols, product);
        if (w.rows() != rows || w.cols() != cols) {
            throw new UserError(name + ": the configuration needs [" + rows + " x " + cols + "], the file has [" + w.rows() + " x " + w.cols() + "]");
        }
        model.param(name).set(w);
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
        Value mid = ops.linearAdd(l.out, null, Activation.NONE, context, x);
        ops.release(context);
        Value wide = wide(ops, l, mid);
        Value y = ops.linearAdd(l.down, null, Activation.NONE, wide, mid);
        ops.release(wide);
        ops.release(mid);
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
        Value open = ops.linear(l.gate, null, Activation.SILU, normal);
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
