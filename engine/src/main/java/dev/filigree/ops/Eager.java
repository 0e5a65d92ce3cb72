package dev.filigree.ops;

import dev.filigree.base.Pooling;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Window;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Runs a model and keeps nothing: the buffer of every released value is used again. For one thread at a time. */
public final class Eager implements Ops, AutoCloseable {

    private final Forward forward;
    private final IntUnaryOperator widths;
    private final Workspace workspace = new Workspace();

    public Eager(Compute compute) {
        this(compute, Kernels::widthFor);
    }

    /** @param widths tokens per panel for a pass of so many tokens */
    public Eager(Compute compute, IntUnaryOperator widths) {
        this.forward = new Forward(compute);
        this.widths = widths;
    }

    @Override
    public Value input(Value x) {
        Value y = like(x);
        y.data().copyFrom(x.data());
        return y;
    }

    @Override
    public Value embed(List<Lookup> tables) {
        return embed(tables, widths.applyAsInt(tables.getFirst().rows().length));
    }

    @Override
    public Value embed(List<Lookup> tables, int width) {
        Value y = take(tables.getFirst().table().forward().cols(), tables.getFirst().rows().length, width);
        forward.embed(tables, y);
        return y;
    }

    @Override
    public Value linear(Param weight, Param bias, Activation f, Value x) {
        Value y = take(weight.forward().rows(), x.tokens(), x.width());
        forward.linear(weight, bias, f, x, y);
        return y;
    }

    @Override
    public Value linearAdd(Param weight, Param bias, Activation f, Value x, Value residual) {
        Value y = like(residual);
        forward.linearAdd(weight, bias, f, x, residual, y);
        return y;
    }

    @Override
    public Value conv(Param weight, Param bias, Activation f, Window window, Value x) {
        Value y = take(window.forward(x.planes(), weight.forward().rows()));
        forward.images().conv(weight, bias, f, window, x, y);
        return y;
    }

    @Override
    public Value depthwise(Param weight, Param bias, Activation f, Window window, Value x) {
        Value y = take(window.forward(x.planes(), x.features()));
        forward.images().depthwise(weight, bias, f, window, x, y);
        return y;
    }

    @Override
    public Value batchNorm(BatchNorm n, boolean relu, Value x, Value residual) {
        Value y = like(x);
        forward.images().batchNorm(n, relu, x, residual, y);
        return y;
    }

    @Override
    public Value maxPool(Window window, Value x) {
        Value y = take(window.forward(x.planes(), x.features()));
        forward.images().maxPool(window, x, y);
        return y;
    }

    @Override
    public Value meanPool(Window window, Value x) {
        Value y = take(window.forward(x.planes(), x.features()));
        forward.images().meanPool(window, x, y);
        return y;
    }

    @Override
    public Value globalMean(Value x) {
        Value y = take(x.features(), x.examples(), widths.applyAsInt(x.examples()));
        forward.images().globalMean(x, y);
        return y;
    }

    @Override
    public Value flatten(Value x) {
        Planes p = x.planes();
        Value y = take(p.channels() * p.height() * p.width(), p.images(), widths.applyAsInt(p.images()));
        forward.images().flatten(x, y);
        return y;
    }

    @Override
    public Value dropout(double share, Value x) {
        return input(x);
    }

    @Override
    public Value add(Value a, Value b) {
        Value y = like(a);
        forward.add(a, b, y);
        return y;
    }

    @Override
    public Value subtract(Value a, Value b) {
        Value y = like(a);
        forward.subtract(a, b, y);
        return y;
    }

    @Override
    public Value multiply(Value a, Value b) {
        Value y = like(a);
        forward.multiply(a, b, y);
        return y;
    }

    @Override
    public Value scale(float factor, Value x) {
        Value y = like(x);
        forward.scale(factor, x, y);
        return y;
    }

    @Override
    public Value activate(Activation f, Value x) {
        Value y = like(x);
        forward.activate(f, x, y);
        return y;
    }

    @Override
    public Value tokens(Value x, int from, int count) {
        if (x.wholePanels(from, count)) {
            return x.viewOfTokens(from, count);
        }
        Value y = take(x.features(), count, x.width());
        forward.tokens(x, from, y);
        return y;
    }

    @Override
    public Value features(Value x, int from, int count) {
        if (x.panels() == 1) {
            return x.viewOfFeatures(from, count);
        }
        Value y = take(count, x.tokens(), x.width());
        forward.features(x, from, y);
        return y;
    }

    @Override
    public Value features(Value x, int[] which) {
        Value y = take(which.length, x.tokens(), x.width());
        forward.features(x, which, y);
        return y;
    }

    @Override
    public Value pick(Value x, int[] tokens) {
        Value y = take(x.features(), tokens.length, x.width());
        forward.pick(x, tokens, y);
        return y;
    }

    @Override
    public Value join(List<Value> parts) {
        Value y = take(parts.getFirst().features(), parts.stream().mapToInt(Value::tokens).sum(), parts.getFirst().width());
        forward.join(parts, y);
        return y;
    }

    @Override
    public Value aggregate(Param adjacency, Value x) {
        Value y = like(x);
        forward.aggregate(adjacency, x, y);
        return y;
    }

    @Override
    public Value rmsNorm(RmsNorm n, Value x) {
        Value y = like(x);
        forward.rmsNorm(n, x, y);
        return y;
    }

    @Override
    public Value norm(LayerNorm n, Value x) {
        Value y = like(x);
        forward.norm(n, x, y);
        return y;
    }

    @Override
    public Value attend(Heads heads, Value q, Value k, Value v, Spans spans, Past past) {
        Value y = like(q);
        forward.attend(heads, q, k, v, spans, past, y);
        return y;
    }

    @Override
    public Value rotate(Rotary rotary, Value x, int[] positions) {
        Value y = like(x);
        forward.rotate(rotary, x, positions, 1, y);
        return y;
    }

    @Override
    public Value repeat(int size, int times, Value x) {
        Value y = take(x.features() * times, x.tokens(), x.width());
        forward.repeat(size, times, x, y);
        return y;
    }

    @Override
    public Value attend(Heads heads, Value q, Value k, Value v, Spans spans) {
        Value y = like(q);
        forward.attend(heads, q, k, v, spans, y);
        return y;
    }

    @Override
    public Value pool(Pooling how, Value x, Spans spans) {
        Value y = take(x.features(), spans.count(), Kernels.widthFor(spans.count()));
        forward.pool(how, x, spans, y);
        return y;
    }

    @Override
    public Value largest(Value x, Spans spans) {
        Value y = take(x.features(), spans.count(), Kernels.widthFor(spans.count()));
        forward.largest(x, spans, y);
        return y;
    }

    @Override
    public Value normalize(Value x) {
        Value y = like(x);
        forward.normalize(x, y);
        return y;
    }

    @Override
    public void release(Value v) {
        if (v.owner() == v) { // a view has no memory of its own
            workspace.give(v.data());
        }
    }

    /** Releases every value that this has made, for a pass that was given up half-way. */
    public void releaseAll() {
        workspace.giveAll();
    }

    /** Bytes of activations held. */
    public long bytes() {
        return workspace.bytes();
    }

    @Override
    public void close() {
        workspace.close();
    }

    private Value like(Value v) {
        return v.in(workspace.take(v.data().length()));
    }

    private Value take(Planes planes) {
        return new Value(workspace.take(planes.length()), planes);
    }

    private Value take(int features, int tokens, int width) {
        return new Value(workspace.take(Value.length(features, tokens, width)), features, tokens, width);
    }
}
