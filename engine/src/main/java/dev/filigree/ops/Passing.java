package dev.filigree.ops;

import dev.filigree.base.Pooling;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Window;
import java.util.List;

/**
 * Hands every operation to another {@link Ops}: what looks on or changes little overrides the few that it means.
 * A product with a residual comes in its two steps, so that who overrides one of them sees it.
 */
public abstract class Passing implements Ops {

    private final Ops inner;

    protected Passing(Ops inner) {
        this.inner = inner;
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
        return inner.linear(weight, bias, f, x);
    }

    @Override
    public Value conv(Param weight, Param bias, Activation f, Window window, Value x) {
        return inner.conv(weight, bias, f, window, x);
    }

    @Override
    public Value depthwise(Param weight, Param bias, Activation f, Window window, Value x) {
        return inner.depthwise(weight, bias, f, window, x);
    }

    @Override
    public Value batchNorm(BatchNorm n, boolean relu, Value x, Value residual) {
        return inner.batchNorm(n, relu, x, residual);
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
    public Value scale(float factor, Value x) {
        return inner.scale(factor, x);
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
    public Value features(Value x, int[] which) {
        return inner.features(x, which);
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
        return inner.rmsNorm(n, x);
    }

    @Override
    public Value norm(LayerNorm n, Value x) {
        return inner.norm(n, x);
    }

    @Override
    public Value attend(Heads heads, Value q, Value k, Value v, Spans spans) {
        return inner.attend(heads, q, k, v, spans);
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
    public Value pool(Pooling how, Value x, Spans spans) {
        return inner.pool(how, x, spans);
    }

    @Override
    public Value largest(Value x, Spans spans) {
        return inner.largest(x, spans);
    }

    @Override
    public Value normalize(Value x) {
        return inner.normalize(x);
    }

    @Override
    public void release(Value v) {
        inner.release(v);
    }
}
