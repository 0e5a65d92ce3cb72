package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Window;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.Forward;
import dev.filigree.ops.Heads;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.RmsNorm;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import dev.filigree.ops.Workspace;
import dev.filigree.tensor.Weight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs a model and remembers what the way back needs: reverse-mode differentiation. One round is: run the model,
 * {@link #seed} gradients at any values, {@link #backward}, read {@link #parameters}, {@link #reset}.
 *
 * <p>Nothing that no trained parameter has touched is remembered, so nothing is spent below the first one. Weights do not
 * change within a round. For one thread at a time; buffers are used again from round to round.
 */
public final class Tape implements Ops, AutoCloseable {

    private final Forward forward;
    private final Gradients parameters;
    private final Supplier<Rng> drops;
    private final Workspace workspace = new Workspace();
    private final Map<Param, Transposed> transposes = new HashMap<>();
    private final Map<Param, Turned> turned = new HashMap<>();
    private final Set<Param> fresh = new HashSet<>(); // whose transposes have the values of this round
    private final List<Operation> operations = new ArrayList<>();
    private final Set<Value> carriers = new HashSet<>(); // a gradient flows through these
    private final Set<Value> held = new HashSet<>();
    private final Set<Value> readBack = new HashSet<>(); // held until the end of the round even when released
    private final Map<Value, Value> gradients = new HashMap<>();
    private final Map<Param, List<Factors>> factors = new HashMap<>(); // of the parameters asked for

    public Tape(Compute compute, Gradients parameters) {
        this(compute, parameters, () -> {
            throw new IllegalStateException("this tape has no stream of random numbers to drop values by");
        });
    }

    /** @param drops the stream that decides what {@link #dropout} sets to zero, asked for each time */
    public Tape(Compute compute, Gradients parameters, Supplier<Rng> drops) {
        this.forward = new Forward(compute);
        this.parameters = parameters;
        this.drops = drops;
    }

    /** Gradients of the parameters; {@link #backward} adds to them. */
    public Gradients parameters() {
        return parameters;
    }

    /** Asks for the gradient at {@code input}, a value that no operation of this round made. */
    public void watch(Value input) {
        carriers.add(input);
    }

    /** Gradient at a watched input after {@link #backward}, or null when nothing flowed there. */
    public Value gradient(Value input) {
        return gradients.get(input);
    }

    /** Adds a gradient at {@code v}, in the panels of {@code v}. */
    public void seed(Value v, Floats gradient) {
        seed(v, g -> g.data().copyFrom(gradient));
    }

    /** Adds the gradient at {@code v} that {@code write} writes; it must set all lanes, what is past the last token is ignored. */
    public void seed(Value v, Consumer<Value> write) {
        pass(v, g -> {
            write.accept(g);
            g.clearPadding();
        });
    }

    /** Asks for the factors of the gradient of {@code p} in this round, one for each use of {@code p}. */
    public void keepFactors(Param p) {
        factors.put(p, new ArrayList<>());
    }

    /** The factors asked for, after {@link #backward}. */
    public List<Factors> factors(Param p) {
        return List.copyOf(factors.get(p));
    }

    /** Adds to the gradients of the parameters, and to those at watched inputs. */
    public void backward() {
        for (int i = operations.size() - 1; i >= 0; i--) {
            Value dy = gradients.remove(operations.get(i).output());
            if (dy != null) {
                operations.get(i).backward(this, dy);
            }
        }
    }

    /** Forgets the round; its values must not be read again. */
    public void reset() {
        held.forEach(v -> workspace.give(v.data()));
        gradients.values().forEach(this::free);
        List.of(carriers, held, readBack).forEach(Set::clear);
        gradients.clear();
        operations.clear();
        factors.clear();
        fresh.clear();
    }

    @Override
    public Value input(Value x) {
        Value y = holdLike(x);
        y.data().copyFrom(x.data());
        return y;
    }

    @Override
    public Value embed(List<Lookup> tables) {
        return embed(tables, Kernels.widthFor(tables.getFirst().rows().length));
    }

    @Override
    public Value embed(List<Lookup> tables, int width) {
        Value y = hold(tables.getFirst().table().forward().cols(), tables.getFirst().rows().length, width);
        forward.embed(tables, y);
        return tables.stream().anyMatch(l -> parameters.wants(l.table())) ? record(new EmbedBack(tables, y)) : y;
    }

    @Override
    public Value linear(Param weight, Param bias, Activation f, Value x) {
        Value y = hold(weight.forward().rows(), x.tokens(), x.width());
        if (!carriers.contains(x) && !parameters.wants(weight) && !parameters.wants(bias)) {
            forward.linear(weight, bias, f, x, y);
            return y;
        }
        Value sum = f == Activation.NONE ? y : hold(y.features(), x.tokens(), x.width());
        forward.linear(weight, bias, Activation.NONE, x, sum);
        if (f != Activation.NONE) {
            forward.activate(f, sum, y);
            readBack(sum);
        }
        if (parameters.wants(weight)) {
            readBack(x);
        }
        return record(new LinearBack(weight, bias, f, x, sum, y));
    }

    @Override
    public Value conv(Param weight, Param bias, Activation f, Window window, Value x) {
        Value y = hold(window.forward(x.planes(), weight.forward().rows()));
        if (!carriers.contains(x) && !parameters.wants(weight) && !parameters.wants(bias)) {
            forward.images().conv(weight, bias, f, window, x, y);
            return y;
        }
        Value sum = keepsSign(f) ? y : holdLike(y);
        forward.images().conv(weight, bias, keepsSign(f) ? f : Activation.NONE, window, x, sum);
        return record(new ConvBack(weight, bias, f, window, x, activated(f, sum, y, parameters.wants(weight) ? x : null), y));
    }

    @Override
    public Value depthwise(Param weight, Param bias, Activation f, Window window, Value x) {
        Value y = hold(window.forward(x.planes(), x.features()));
        if (!carriers.contains(x) && !parameters.wants(weight) && !parameters.wants(bias)) {
            forward.images().depthwise(weight, bias, f, window, x, y);
            return y;
        }
        Value sum = keepsSign(f) ? y : holdLike(y);
        forward.images().depthwise(weight, bias, keepsSign(f) ? f : Activation.NONE, window, x, sum);
        return record(new DepthwiseBack(weight, bias, f, window, x, activated(f, sum, y, parameters.wants(weight) ? x : null), y));
    }

    /** Whether the slope of f can be told from its result. */
    private static boolean keepsSign(Activation f) {
        return f == Activation.NONE || f == Activation.RELU;
    }

    /** Finishes {@code y = f(sum)} where they are not one value, and keeps what the way back reads. */
    private Value activated(Activation f, Value sum, Value y, Value x) {
        if (sum != y) {
            forward.activate(f, sum, y);
        }
        if (f != Activation.NONE) {
            readBack(sum);
        }
        if (x != null) {
            readBack(x);
        }
        return sum;
    }

    @Override
    public Value batchNorm(BatchNorm n, boolean relu, Value x, Value residual) {
        Value y = holdLike(x);
        Value statistics = hold(4 * x.features(), 1, 1);
        forward.images().batchNormOfBatch(n, relu, x, residual, y, statistics.data());
        boolean carried = carriers.contains(x) || residual != null && carriers.contains(residual);
        if (!carried && !parameters.wants(n.gain()) && !parameters.wants(n.shift())) {
            return y;
        }
        readBack(x);
        if (relu && residual != null) {
            readBack(y);
        }
        return record(new BatchNormBack(n, relu, x, residual, statistics, y));
    }

    @Override
    public Value maxPool(Window window, Value x) {
        Value y = hold(window.forward(x.planes(), x.features()));
        forward.images().maxPool(window, x, y);
        if (!carriers.contains(x)) {
            return y;
        }
        List.of(x, y).forEach(this::readBack);
        return record(new MaxPoolBack(window, x, y));
    }

    @Override
    public Value meanPool(Window window, Value x) {
        Value y = hold(window.forward(x.planes(), x.features()));
        forward.images().meanPool(window, x, y);
        return carriers.contains(x) ? record(new MeanPoolBack(window, x, y)) : y;
    }

    @Override
    public Value globalMean(Value x) {
        Value y = hold(x.features(), x.examples(), Kernels.widthFor(x.examples()));
        forward.images().globalMean(x, y);
        return carriers.contains(x) ? record(new GlobalMeanBack(x, y)) : y;
    }

    @Override
    public Value flatten(Value x) {
        Planes p = x.planes();
        Value y = hold(p.channels() * p.height() * p.width(), p.images(), Kernels.widthFor(p.images()));
        forward.images().flatten(x, y);
        return carriers.contains(x) ? record(new FlattenBack(x, y)) : y;
    }

    @Override
    public Value dropout(double share, Value x) {
        Value y = holdLike(x);
        DropoutBack drop = new DropoutBack(share, drops.get().nextLong(), x, y);
        drop.apply(compute(), x, y);
        return carriers.contains(x) ? record(drop) : y;
    }

    @Override
    public Value add(Value a, Value b) {
        Value y = holdLike(a);
        forward.add(a, b, y);
        return carriers.contains(a) || carriers.contains(b) ? record(new AddBack(a, b, y)) : y;
    }

    @Override
    public Value subtract(Value a, Value b) {
        Value y = holdLike(a);
        forward.subtract(a, b, y);
        return carriers.contains(a) || carriers.contains(b) ? record(new SubtractBack(a, b, y)) : y;
    }

    @Override
    public Value multiply(Value a, Value b) {
        Value y = holdLike(a);
        forward.multiply(a, b, y);
        if (!carriers.contains(a) && !carriers.contains(b)) {
            return y;
        }
        readBack(a);
        readBack(b);
        return record(new MultiplyBack(a, b, y));
    }

    @Override
    public Value activate(Activation f, Value x) {
        Value y = holdLike(x);
        forward.activate(f, x, y);
        if (!carriers.contains(x)) {
            return y;
        }
        readBack(x);
        return record(new ActivateBack(f, x, y));
    }

    @Override
    public Value tokens(Value x, int from, int count) {
        Value y;
        if (x.wholePanels(from, count)) {
            y = x.viewOfTokens(from, count);
            readBack(y);
        } else {
            y = hold(x.features(), count, x.width());
            forward.tokens(x, from, y);
        }
        return carriers.contains(x) ? record(new SliceBack(x, from, 0, y)) : y;
    }

    @Override
    public Value features(Value x, int from, int count) {
        Value y;
        if (x.panels() == 1) {
            y = x.viewOfFeatures(from, count);
            readBack(y);
        } else {
            y = hold(count, x.tokens(), x.width());
            forward.features(x, from, y);
        }
        return carriers.contains(x) ? record(new SliceBack(x, 0, from, y)) : y;
    }

    @Override
    public Value pick(Value x, int[] tokens) {
        Value y = hold(x.features(), tokens.length, x.width());
        forward.pick(x, tokens, y);
        return carriers.contains(x) ? record(new PickBack(x, tokens, y)) : y;
    }

    @Override
    public Value join(List<Value> parts) {
        Value y = hold(parts.getFirst().features(), parts.stream().mapToInt(Value::tokens).sum(), parts.getFirst().width());
        forward.join(parts, y);
        return parts.stream().anyMatch(carriers::contains) ? record(new JoinBack(List.copyOf(parts), y)) : y;
    }

    @Override
    public Value aggregate(Weight adjacency, Value x) {
        Value y = holdLike(x);
        forward.aggregate(adjacency, x, y);
        return carriers.contains(x) ? record(new AggregateBack(adjacency, x, y)) : y;
    }

    @Override
    public Value rmsNorm(RmsNorm n, Value x) {
        Value y = holdLike(x);
        forward.rmsNorm(n, x, y);
        if (!carriers.contains(x) && !parameters.wants(n.gain())) {
            return y;
        }
        readBack(x);
        return record(new RmsNormBack(n, x, y));
    }

    @Override
    public Value norm(LayerNorm n, Value x) {
        Value y = holdLike(x);
        forward.norm(n, x, y);
        if (!carriers.contains(x) && !parameters.wants(n.gain()) && !parameters.wants(n.shift())) {
            return y;
        }
        readBack(x);
        return record(new NormBack(n, x, y));
    }

    @Override
    public Value attend(Heads heads, Value q, Value k, Value v, Spans spans) {
        Value y = holdLike(q);
        forward.attend(heads, q, k, v, spans, y);
        if (!carriers.contains(q) && !carriers.contains(k) && !carriers.contains(v)) {
            return y;
        }
        List.of(q, k, v).forEach(this::readBack);
        return record(new AttendBack(heads, q, k, v, spans, y));
    }

    @Override
    public Value pool(Pooling how, Value x, Spans spans) {
        Value y = hold(x.features(), spans.count(), Kernels.widthFor(spans.count()));
        forward.pool(how, x, spans, y);
        return carriers.contains(x) ? record(new PoolBack(how, x, spans, y)) : y;
    }

    @Override
    public Value normalize(Value x) {
        Value y = holdLike(x);
        forward.normalize(x, y);
        if (!carriers.contains(x)) {
            return y;
        }
        List.of(x, y).forEach(this::readBack);
        return record(new NormalizeBack(x, y));
    }

    @Override
    public void release(Value v) {
        if (!readBack.contains(v) && held.remove(v)) {
            workspace.give(v.data());
        }
    }

    /** Bytes of the turned copies of weights. */
    public long transposeBytes() {
        return transposes.values().stream().mapToLong(Transposed::bytes).sum() + turned.values().stream().mapToLong(Turned::bytes).sum();
    }

    /** Bytes of activations and their gradients held. */
    public long bytes() {
        return workspace.bytes();
    }

    @Override
    public void close() {
        workspace.close();
    }

    Forward forward() {
        return forward;
    }

    Compute compute() {
        return forward.compute();
    }

    /** Whether a gradient flows through {@code v}. */
    boolean carries(Value v) {
        return carriers.contains(v);
    }

    /** Adds to the gradient at {@code x} what {@code write} writes into a buffer of any content, when a gradient is wanted there. */
    void pass(Value x, Consumer<Value> write) {
        if (carries(x)) {
            Value g = takeLike(x);
            write.accept(g);
            hand(x, g);
        }
    }

    /** Adds {@code g}, owned by the tape from now on, to the gradient at {@code x}. */
    void hand(Value x, Value g) {
        Value before = carries(x) ? gradients.putIfAbsent(x, g) : g;
        if (before == g) {
            free(g);
        } else if (before != null) {
            forward.add(before, g, before);
            free(g);
        }
    }

    /** The gradient at {@code x} so far, zeros when there is none yet: to be added to in place. */
    Value sum(Value x) {
        return gradients.computeIfAbsent(x, v -> {
            Value g = takeLike(v);
            g.data().fill(0f);
            return g;
        });
    }

    Value takeLike(Value v) {
        return v.in(workspace.take(v.data().length()));
    }

    /** One row of {@code features} numbers for each of {@code parts} parts, row after row. */
    Value takeParts(int features, int parts) {
        return take(features, parts, 1);
    }

    void free(Value v) {
        workspace.give(v.data());
    }

    /** Frees the gradient {@code dy} at a product of {@code weight}, unless its factors were asked for: then it lives until the reset. */
    void freeOrKeep(Param weight, Value dy, Factors made) {
        List<Factors> kept = factors.get(weight);
        if (kept == null) {
            free(dy);
        } else {
            held.add(dy);
            kept.add(made);
        }
    }

    /** The transpose of what products see of {@code p}, with its present values. */
    Weight transposed(Param p) {
        Weight w = p.forward();
        Transposed t = transposes.get(p);
        if (t == null || !t.isOf(w)) {
            t = Transposed.of(compute(), w);
            transposes.put(p, t);
            fresh.remove(p);
        }
        return fresh.add(p) ? t.refreshed(compute(), parameters.wants(p)) : t.transpose();
    }

    /** Keeps the memory of a value, or that which a view shares, to the end of the round. */
    private void readBack(Value v) {
        readBack.add(v.owner());
    }

    /** The weight of the gradient with respect to the input of a convolution, with the present values of {@code p}. */
    Weight turned(Param p, int taps) {
        Weight w = p.backward();
        Turned t = turned.get(p);
        if (t == null || !t.isOf(w)) {
            t = Turned.of(w, taps);
            turned.put(p, t);
        }
        return t.refreshed(parameters.wants(p));
    }

    private Value record(Operation o) {
        operations.add(o);
        carriers.add(o.output());
        return o.output();
    }

    private Value holdLike(Value v) {
        Value y = takeLike(v);
        held.add(y);
        return y;
    }

    private Value hold(Planes planes) {
        Value v = new Value(workspace.take(planes.length()), planes);
        held.add(v);
        return v;
    }

    private Value hold(int features, int tokens, int width) {
        Value v = take(features, tokens, width);
        held.add(v);
        return v;
    }

    private Value take(int features, int tokens, int width) {
        return new Value(workspace.take(Value.length(features, tokens, width)), features, tokens, width);
    }
}
