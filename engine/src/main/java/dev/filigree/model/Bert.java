package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.EncoderConfig;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Heads;
import dev.filigree.ops.Held;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A BERT-family sentence encoder (Devlin et al. 2019; post-layer-norm transformer blocks): ids to one vector a sequence.
 * Parameter names are those of Hugging Face checkpoints.
 */
public final class Bert implements Model {

    private static final Map<Role, String> SUFFIX = Map.of(
            Role.QUERY, "attention.self.query", Role.KEY, "attention.self.key", Role.VALUE, "attention.self.value",
            Role.ATTENTION_OUT, "attention.output.dense", Role.FFN_IN, "intermediate.dense", Role.FFN_OUT, "output.dense");

    private final EncoderConfig config;
    private final Map<String, Held> params = new LinkedHashMap<>();
    private final List<Site> sites = new ArrayList<>();
    private final Heads heads;

    /** Where a model gets its weights from; shapes were asked for and are checked here. */
    @FunctionalInterface
    public interface Source {
        /** The weight of that name, [rows x cols], vectors as [n x 1]; products' weights packed for products. */
        Weight weight(String name, int rows, int cols);
    }

    public Bert(EncoderConfig config, Source source) {
        this.config = config;
        this.heads = new Heads(config.heads(), config.headSize());
        int hidden = config.hidden();
        load(source, "embeddings.word_embeddings.weight", config.vocab(), hidden);
        load(source, "embeddings.position_embeddings.weight", config.maxPositions(), hidden);
        load(source, "embeddings.token_type_embeddings.weight", config.typeVocab(), hidden);
        loadNorm(source, "embeddings.LayerNorm");
        for (int i = 0; i < config.layers(); i++) {
            loadLinear(source, i, Role.QUERY, hidden, hidden);
            loadLinear(source, i, Role.KEY, hidden, hidden);
            loadLinear(source, i, Role.VALUE, hidden, hidden);
            loadLinear(source, i, Role.ATTENTION_OUT, hidden, hidden);
            loadNorm(source, prefix(i) + "attention.output.LayerNorm");
            loadLinear(source, i, Role.FFN_IN, config.intermediate(), hidden);
            loadLinear(source, i, Role.FFN_OUT, hidden, config.intermediate());
            loadNorm(source, prefix(i) + "output.LayerNorm");
        }
    }

    public EncoderConfig config() {
        return config;
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        Tokens tokens = in.as(Tokens.class);
        Value sum = ops.embed(List.of(
                new Lookup(param("embeddings.word_embeddings.weight"), tokens.ids()),
                new Lookup(param("embeddings.position_embeddings.weight"), tokens.positions()),
                new Lookup(param("embeddings.token_type_embeddings.weight"), new int[tokens.tokens()])));
        Value x = ops.norm(norm("embeddings.LayerNorm"), sum);
        ops.release(sum);
        return x;
    }

    @Override
    public int blocks() {
        return config.layers();
    }

    @Override
    public Value block(Ops ops, int i, Value x, Batch in) {
        Value q = linear(ops, i, Role.QUERY, Activation.NONE, x);
        Value k = linear(ops, i, Role.KEY, Activation.NONE, x);
        Value v = linear(ops, i, Role.VALUE, Activation.NONE, x);
        Value context = ops.attend(heads, q, k, v, in.as(Tokens.class).spans());
        ops.release(q);
        ops.release(k);
        ops.release(v);
        Value mid = addAndNorm(ops, i, Role.ATTENTION_OUT, context, x, "attention.output.LayerNorm");
        Value wide = linear(ops, i, Role.FFN_IN, Activation.GELU, mid);
        Value out = addAndNorm(ops, i, Role.FFN_OUT, wide, mid, "output.LayerNorm");
        ops.release(mid);
        return out;
    }

    @Override
    public Value leave(Ops ops, Value x, Batch in) {
        Value pooled = ops.pool(config.pooling(), x, in.as(Tokens.class).spans());
        if (!config.normalize()) {
            return pooled;
        }
        Value unit = ops.normalize(pooled);
        ops.release(pooled);
        return unit;
    }

    @Override
    public List<Site> sites() {
        return List.copyOf(sites);
    }

    @Override
    public Held param(String name) {
        Held p = params.get(name);
        if (p == null) {
            throw new IllegalArgumentException("no parameter named " + name);
        }
        return p;
    }

    @Override
    public Held bias(Site site) {
        return param(prefix(site.block()) + SUFFIX.get(site.role()) + ".bias");
    }

    @Override
    public List<Held> params() {
        return List.copyOf(params.values());
    }

    /** The end of a branch: a linear layer of {@code x}, which is released, the residual, and normalisation. */
    private Value addAndNorm(Ops ops, int block, Role role, Value x, Value residual, String norm) {
        String name = prefix(block) + SUFFIX.get(role);
        Value sum = ops.linearAdd(param(name + ".weight"), param(name + ".bias"), Activation.NONE, x, residual);
        ops.release(x);
        Value out = ops.norm(norm(prefix(block) + norm), sum);
        ops.release(sum);
        return out;
    }

    private Value linear(Ops ops, int block, Role role, Activation f, Value x) {
        String name = prefix(block) + SUFFIX.get(role);
        return ops.linear(param(name + ".weight"), param(name + ".bias"), f, x);
    }

    private LayerNorm norm(String name) {
        return new LayerNorm(param(name + ".weight"), param(name + ".bias"), config.layerNormEps());
    }

    private static String prefix(int block) {
        return "encoder.layer." + block + ".";
    }

    private void loadLinear(Source source, int block, Role role, int rows, int cols) {
        String name = prefix(block) + SUFFIX.get(role);
        load(source, name + ".weight", rows, cols);
        load(source, name + ".bias", rows, 1);
        sites.add(new Site(name + ".weight", block, role, rows, cols));
    }

    private void loadNorm(Source source, String name) {
        load(source, name + ".weight", config.hidden(), 1);
        load(source, name + ".bias", config.hidden(), 1);
    }

    private void load(Source source, String name, int rows, int cols) {
        Weight w = source.weight(name, rows, cols);
        if (w.rows() != rows || w.cols() != cols) {
            throw new UserError(name + ": the configuration needs [" + rows + " x " + cols + "], the file has [" + w.rows() + " x " + w.cols() + "]");
        }
        params.put(name, new Held(name, w));
    }
}
