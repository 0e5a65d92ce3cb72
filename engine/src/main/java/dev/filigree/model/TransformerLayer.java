package dev.filigree.model;

import dev.filigree.kernel.Activation;
import dev.filigree.ops.Heads;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Ops;
import dev.filigree.ops.RmsNorm;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;

/** One transformer layer that normalises before each branch (Xiong et al. 2020, arXiv:2002.04745): attention, then a feed-forward net. */
final class TransformerLayer {

    /** Which variants are taken. */
    record Kind(boolean rms, boolean gated, boolean causal, double dropout) {
    }

    /** Normalisation of either kind. */
    interface Norm {
        Value of(Ops ops, Value x);
    }

    private final Heads heads;
    private final double dropout;
    private final Norm first;
    private final Norm second;
    private final Network.Linear query;
    private final Network.Linear key;
    private final Network.Linear value;
    private final Network.Linear out;
    private final Network.Linear gate; // null without
    private final Network.Linear up;
    private final Network.Linear down;

    /**
     * Declares the layer's parameters.
     *
     * @param layers of the whole network: what ends a branch begins smaller, the more there are
     */
    TransformerLayer(Network network, int block, int layers, int width, int heads, int inner, Kind kind) {
        this.heads = new Heads(heads, width / heads, kind.causal);
        this.dropout = kind.dropout;
        Init ends = new Init.Kaiming(1 / Math.sqrt(2.0 * layers));
        Init begins = new Init.Kaiming(1);
        String name = "layer." + block + ".";
        this.first = norm(network, name + "norm1", width, kind.rms);
        this.query = network.linear(new Site(name + "query.weight", block, Role.QUERY, width, width), begins);
        this.key = network.linear(new Site(name + "key.weight", block, Role.KEY, width, width), begins);
        this.value = network.linear(new Site(name + "value.weight", block, Role.VALUE, width, width), begins);
        this.out = network.linear(new Site(name + "out.weight", block, Role.ATTENTION_OUT, width, width), ends);
        this.second = norm(network, name + "norm2", width, kind.rms);
        this.gate = kind.gated ? network.linear(new Site(name + "gate.weight", block, Role.FFN_GATE, inner, width), begins) : null;
        this.up = network.linear(new Site(name + "up.weight", block, Role.FFN_IN, inner, width), begins);
        this.down = network.linear(new Site(name + "down.weight", block, Role.FFN_OUT, width, inner), ends);
    }

    /** Declares a normalisation of so many features. */
    static Norm norm(Network network, String name, int width, boolean rms) {
        if (rms) {
            RmsNorm n = new RmsNorm(network.vector(name + ".weight", width, 1), 1e-5f);
            return (ops, x) -> ops.rmsNorm(n, x);
        }
        LayerNorm n = new LayerNorm(network.vector(name + ".weight", width, 1), network.vector(name + ".bias", width, 0), 1e-5f);
        return (ops, x) -> ops.norm(n, x);
    }

    /** {@code x + attention(norm(x))}, then {@code + feed-forward(norm)}; releases nothing that it was given. */
    Value run(Ops ops, Value x, Spans spans) {
        Value normal = first.of(ops, x);
        Value q = linear(ops, query, Activation.NONE, normal);
        Value k = linear(ops, key, Activation.NONE, normal);
        Value v = linear(ops, value, Activation.NONE, normal);
        ops.release(normal);
        Value context = ops.attend(heads, q, k, v, spans);
        ops.release(q);
        ops.release(k);
        ops.release(v);
        Value mid = added(ops, out, context, x);
        ops.release(context);
        Value wide = wide(ops, mid);
        Value y = added(ops, down, wide, mid);
        ops.release(wide);
        ops.release(mid);
        return y;
    }

    /** What ends a branch, with dropout (Vaswani et al. 2017, arXiv:1706.03762, section 5.4), and what it is added to. */
    private Value added(Ops ops, Network.Linear end, Value x, Value residual) {
        if (dropout == 0) {
            return ops.linearAdd(end.weight(), end.bias(), Activation.NONE, x, residual);
        }
        Value kept = dropped(ops, dropout, linear(ops, end, Activation.NONE, x));
        Value sum = ops.add(kept, residual);
        ops.release(kept);
        return sum;
    }

    /** Dropout of {@code x}, which is read nowhere else. */
    static Value dropped(Ops ops, double share, Value x) {
        if (share == 0) {
            return x;
        }
        Value kept = ops.dropout(share, x);
        ops.release(x);
        return kept;
    }

    private Value wide(Ops ops, Value mid) {
        Value normal = second.of(ops, mid);
        Value wide;
        if (gate == null) {
            wide = linear(ops, up, Activation.GELU, normal);
        } else { // SwiGLU (Shazeer 2020, arXiv:2002.05202)
            Value open = linear(ops, gate, Activation.SILU, normal);
            Value plain = linear(ops, up, Activation.NONE, normal);
            wide = ops.multiply(open, plain);
            ops.release(open);
            ops.release(plain);
        }
        ops.release(normal);
        return wide;
    }

    private static Value linear(Ops ops, Network.Linear l, Activation f, Value x) {
        return ops.linear(l.weight(), l.bias(), f, x);
    }
}
