package dev.filigree.calib;

import dev.filigree.base.Pooling;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Window;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.Heads;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Past;
import dev.filigree.ops.RmsNorm;
import dev.filigree.ops.Rotary;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import java.util.List;
import java.util.Map;

/** Runs a model through other {@link Ops} and shows to a listener what goes into and out of its weights. */
public final class Watch implements Ops {

    /** Looks on. No value may be kept after the call that shows it, except to recognise it again in the same pass. */
    @FunctionalInterface
    public interface Listener {

        /** {@code x} is about to be multiplied with {@code weight}. */
        void input(Param weight, Value x);

        /** {@code y} is what came out. */
        default void output(Param weight, Value y) {
        }

        /** {@code a} and {@code b} are about to be added. */
        default void added(Value a, Value b) {
        }
    }

    private final Ops inner;
    private final Listener listener;
    private final Map<String, ? extends Param> instead;

    public Watch(Ops inner, Listener listener) {
        this(inner, listener, Map.of());
    }

    /**
     * @param instead parameters to compute with in place of the model's own, by name
     */
    public Watch(Ops inner, Listener listener, Map<String, ? extends Param> instead) {
        this.inner = inner;
        this.listener = listener;
        this.instead = instead;
    }

    @Override
    public Value input(Value x) {
        return inner.input(x);
    }

    @Override
    public Value embed(List<Lookup> tables) {
        return inner.embed(tables);
    }

    @Override
    public Value embed(List<Lookup> tables, int width) {
        return inner.embed(tables, width);
    }

    @Override
    public Value linear(Param weight, Param bias, Activation f, Value x) {
        listener.input(weight, x);
        Value y = inner.linear(own(weight), bias == null ? null : own(bias), f, x);
        listener.output(weight, y);
        return y;
    }

    @Override
    public Value conv(Param weight, Param bias, Activation f, Window window, Value x) {
        return inner.conv(own(weight), bias == null ? null : own(bias), f, window, x);
    }

    @Override
    public Value depthwise(Param weight, Param bias, Activation f, Window window, Value x) {
        return inner.depthwise(own(weight), bias == null ? null : own(bias), f, window, x);
    }

    @Override
    public Value batchNorm(BatchNorm n, boolean relu, Value x, Value residual) {
        return inner.batchNorm(new BatchNorm(own(n.gain()), own(n.shift()), own(n.mean()), own(n.variance()), n.momentum(), n.eps()), relu, x, residual);
    }

    @Override
    public Value maxPool(Window window, Value x) {
        return inner.maxPool(window, x);
    }

    @Override
    public Value meanPool(Window window, Value x) {
        return inner.meanPool(window, x);
    }

    @Override
    public Value globalMean(Value x) {
        return inner.globalMean(x);
    }

    @Override
    public Value flatten(Value x) {
        return inner.flatten(x);
    }

    @Override
    public Value dropout(double share, Value x) {
        return inner.dropout(share, x);
    }

    @Override
    public Value add(Value a, Value b) {
        listener.added(a, b);
        return inner.add(a, b);
    }

    @Override
    public Value subtract(Value a, Value b) {
        return inner.subtract(a, b);
    }

    @Override
    public Value multiply(Value a, Value b) {
        return inner.multiply(a, b);
    }

    @Override
    public Value activate(Activation f, Value x) {
        return inner.activate(f, x);
    }

    @Override
    public Value tokens(Value x, int from, int count) {
        return inner.tokens(x, from, count);
    }

    @Override
    public Value features(Value x, int from, int count) {
        return inner.features(x, from, count);
    }

    @Override
    public Value pick(Value x, int[] tokens) {
        return inner.pick(x, tokens);
    }

    @Override
    public Value join(List<Value> parts) {
        return inner.join(parts);
    }

    @Override
    public Value aggregate(Param adjacency, Value x) {
        return inner.aggregate(adjacency, x);
    }

    @Override
    public Value rmsNorm(RmsNorm n, Value x) {
        return inner.rmsNorm(new RmsNorm(own(n.gain()), n.eps()), x);
    }

    @Override
    public Value norm(LayerNorm n, Value x) {
        return inner.norm(new LayerNorm(own(n.gain()), own(n.shift()), n.eps()), x);
    }

    @Override
    public Value attend(Heads heads, Value q, Value k, Value v, Spans spans, Past past) {
        return inner.attend(heads, q, k, v, spans, past);
    }

    @Override
    public Value rotate(Rotary rotary, Value x, int[] positions) {
        return inner.rotate(rotary, x, positions);
    }

    @Override
    public Value repeat(int size, int times, Value x) {
        return inner.repeat(size, times, x);
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
