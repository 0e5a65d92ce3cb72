package dev.filigree.calib;

import dev.filigree.base.Pooling;
import dev.filigree.kernel.Activation;
import dev.filigree.ops.Heads;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Runs a model through other {@link Ops} and shows every linear input to a listener before it is used. */
public final class Watch implements Ops {

    private final Ops inner;
    private final BiConsumer<Param, Value> listener;
    private final Map<String, ? extends Param> instead;

    /** Shows to {@code listener} each weight and its input; neither may be kept after the call. */
    public Watch(Ops inner, BiConsumer<Param, Value> listener) {
        this(inner, listener, Map.of());
    }

    /**
     * @param instead parameters to compute with in place of the model's own, by name
     */
    public Watch(Ops inner, BiConsumer<Param, Value> listener, Map<String, ? extends Param> instead) {
        this.inner = inner;
        this.listener = listener;
        this.instead = instead;
    }

    @Override
    public Value embed(List<Lookup> tables) {
        return inner.embed(tables);
    }

    @Override
    public Value linear(Param weight, Param bias, Activation f, Value x) {
        listener.accept(weight, x);
        return inner.linear(own(weight), bias == null ? null : own(bias), f, x);
    }

    @Override
    public Value add(Value a, Value b) {
        return inner.add(a, b);
    }

    @Override
    public Value norm(LayerNorm n, Value x) {
        return inner.norm(new LayerNorm(own(n.gain()), own(n.shift()), n.eps()), x);
    }

    @Override
    public Value attend(Heads heads, Value q, Value k, Value v, Spans spans) {
        return inner.attend(heads, q, k, v, spans);
    }

    @Override
    public Value pool(Pooling how, Value x, Spans spans) {
        return inner.pool(how, x, spans);
    }

    @Override
    public Value normalize(Value x) {
        return inner.normalize(x);
    }

    @Override
    public void release(Value v) {
        inner.release(v);
    }

    private Param own(Param p) {
        Param other = instead.get(p.name());
        return other == null ? p : other;
    }
}
