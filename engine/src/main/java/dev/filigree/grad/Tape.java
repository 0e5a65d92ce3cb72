package dev.filigree.grad;

import dev.filigree.base.Pooling;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Window;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.Heads;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Lookup;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.RmsNorm;
import dev.filigree.ops.Rotary;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;
import java.util.List;
import java.util.function.Supplier;

/**
 * Runs a model and remembers what the way back needs: reverse-mode differentiation. One round is: run the model,
 * {@link #seed} gradients at any values, {@link #backward}, read {@link #parameters}, {@link #reset}.
 *
 * <p>Nothing that no trained parameter has touched is remembered, so nothing is spent below the first one. Weights do not
 * change within a round. For one thread at a time; buffers are used again from round to round.
 */
public class Tape extends Round implements Ops {

    private final Supplier<Rng> drops;

    public Tape(Compute compute, Gradients parameters) {
        this(compute, parameters, () -> {
            throw new IllegalStateException("this tape has no stream of random numbers to drop values by");
        });
    }

    /** @param drops the stream that decides what {@link #dropout} sets to zero, asked for each time */
    public Tape(Compute compute, Gradients parameters, Supplier<Rng> drops) {
        super(compute, parameters);
        this.drops = drops;
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
        forward().embed(tables, y);
        return tables.stream().anyMatch(l -> parameters().wants(l.table())) ? record(new EmbedBack(tables, y)) : y;
    }

    @Override
    public Value linear(Param weight, Param bias, Activation f, Value x) {
        Value y = hold(weight.forward().rows(), x.tokens(), x.width());
        if (!carries(x) && !parameters().wants(weight) && !parameters().wants(bias)) {
            forward().linear(weight, bias, f, x, y);
            return y;
        }
        Value sum = f == Activation.NONE ? y : hold(y.features(), x.tokens(), x.width());
        forward().linear(weight, bias, Activation.NONE, x, sum);
        if (f != Activation.NONE) {
            forward().activate(f, sum, y);
            readBack(sum);
        }
        if (parameters().wants(weight)) {
            readBack(x);
        }
        return record(new LinearBack(weight, bias, f, x, sum, y));
    }

    @Override
    public Value conv(Param weight, Param bias, Activation f, Window window, Value x) {
        Value y = hold(window.forward(x.planes(), weight.forward().rows()));
        if (!carries(x) && !parameters().wants(weight) && !parameters().wants(bias)) {
            forward().images().conv(weight, bias, f, window, x, y);
            return y;
        }
        Value sum = keepsSign(f) ? y : holdLike(y);
        forward().images().conv(weight, bias, keepsSign(f) ? f : Activation.NONE, window, x, sum);
        return record(new ConvBack(weight, bias, f, window, x, activated(f, sum, y, parameters().wants(weight) ? x : null), y));
    }

    @Override
    public Value depthwise(Param weight, Param bias, Activation f, Window window, Value x) {
        Value y = hold(window.forward(x.planes(), x.features()));
        if (!carries(x) && !parameters().wants(weight) && !parameters().wants(bias)) {
            forward().images().depthwise(weight, bias, f, window, x, y);
            return y;
        }
        Value sum = keepsSign(f) ? y : holdLike(y);
        forward().images().depthwise(weight, bias, keepsSign(f) ? f : Activation.NONE, window, x, sum);
        return record(new DepthwiseBack(weight, bias, f, window, x, activated(f, sum, y, parameters().wants(weight) ? x : null), y));
    }

    /** Whether the slope of f can be told from its result. */
    private static boolean keepsSign(Activation f) {
        return f == Activation.NONE || f == Activation.RELU;
    }

    /** Finishes {@code y = f(sum)} where they are not one value, and keeps what the way back reads. */
    private Value activated(Activation f, Value sum, Value y, Value x) {
        if (sum != y) {
            forward().activate(f, sum, y);
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
        forward().images().batchNormOfBatch(n, relu, x, residual, y, statistics.data());
        boolean carried = carries(x) || residual != null && carries(residual);
        if (!carried && !parameters().wants(n.gain()) && !parameters().wants(n.shift())) {
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
        forward().images().maxPool(window, x, y);
        if (!carries(x)) {
            return y;
        }
        List.of(x, y).forEach(this::readBack);
        return record(new MaxPoolBack(window, x, y));
    }

    @Override
    public Value meanPool(Window window, Value x) {
        Value y = hold(window.forward(x.planes(), x.features()));
        forward().images().meanPool(window, x, y);
        return carries(x) ? record(new MeanPoolBack(window, x, y)) : y;
    }

    @Override
    public Value globalMean(Value x) {
        Value y = hold(x.features(), x.examples(), Kernels.widthFor(x.examples()));
        forward().images().globalMean(x, y);
        return carries(x) ? record(new GlobalMeanBack(x, y)) : y;
    }

    @Override
    public Value flatten(Value x) {
        Planes p = x.planes();
        Value y = hold(p.channels() * p.height() * p.width(), p.images(), Kernels.widthFor(p.images()));
        forward().images().flatten(x, y);
        return carries(x) ? record(new FlattenBack(x, y)) : y;
    }

    @Override
    public Value dropout(double share, Value x) {
        Value y = holdLike(x);
        DropoutBack drop = new DropoutBack(share, drops.get().nextLong(), x, y);
        drop.apply(compute(), x, y);
        return carries(x) ? record(drop) : y;
    }

    @Override
    public Value add(Value a, Value b) {
        Value y = holdLike(a);
        forward().add(a, b, y);
        return carries(a) || carries(b) ? record(new AddBack(a, b, y)) : y;
    }

    @Override
    public Value subtract(Value a, Value b) {
        Value y = holdLike(a);
        forward().subtract(a, b, y);
        return carries(a) || carries(b) ? record(new SubtractBack(a, b, y)) : y;
    }

    @Override
    public Value multiply(Value a, Value b) {
        Value y = holdLike(a);
        forward().multiply(a, b, y);
        if (!carries(a) && !carries(b)) {
            return y;
        }
        readBack(a);
        readBack(b);
        return record(new MultiplyBack(a, b, y));
    }

    @Override
    public Value scale(float factor, Value x) {
        Value y = holdLike(x);
        forward().scale(factor, x, y);
        return carries(x) ? record(new ScaleBack(factor, x, y)) : y;
    }

    @Override
    public Value activate(Activation f, Value x) {
        Value y = holdLike(x);
        forward().activate(f, x, y);
        if (!carries(x)) {
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
            forward().tokens(x, from, y);
        }
        return carries(x) ? record(new SliceBack(x, from, 0, y)) : y;
    }

    @Override
    public Value features(Value x, int from, int count) {
        Value y;
        if (x.panels() == 1) {
            y = x.viewOfFeatures(from, count);
            readBack(y);
        } else {
            y = hold(count, x.tokens(), x.width());
            forward().features(x, from, y);
        }
        return carries(x) ? record(new SliceBack(x, 0, from, y)) : y;
    }

    @Override
    public Value features(Value x, int[] which) {
        Value y = hold(which.length, x.tokens(), x.width());
        forward().features(x, which, y);
        return carries(x) ? record(new GatherBack(x, which, y)) : y;
    }

    @Override
    public Value pick(Value x, int[] tokens) {
        Value y = hold(x.features(), tokens.length, x.width());
        forward().pick(x, tokens, y);
        return carries(x) ? record(new PickBack(x, tokens, y)) : y;
    }

    @Override
    public Value join(List<Value> parts) {
        Value y = hold(parts.getFirst().features(), parts.stream().mapToInt(Value::tokens).sum(), parts.getFirst().width());
        forward().join(parts, y);
        return parts.stream().anyMatch(this::carries) ? record(new JoinBack(List.copyOf(parts), y)) : y;
    }

    @Override
    public Value aggregate(Param adjacency, Value x) {
        Value y = holdLike(x);
        forward().aggregate(adjacency, x, y);
        if (parameters().wants(adjacency)) {
            readBack(x);
        }
        return carries(x) || parameters().wants(adjacency) ? record(new AggregateBack(adjacency, x, y)) : y;
    }

    @Override
    public Value rmsNorm(RmsNorm n, Value x) {
        Value y = holdLike(x);
        forward().rmsNorm(n, x, y);
        if (!carries(x) && !parameters().wants(n.gain())) {
            return y;
        }
        readBack(x);
        return record(new RmsNormBack(n, x, y));
    }

    @Override
    public Value norm(LayerNorm n, Value x) {
        Value y = holdLike(x);
        forward().norm(n, x, y);
        if (!carries(x) && !parameters().wants(n.gain()) && !parameters().wants(n.shift())) {
            return y;
        }
        readBack(x);
        return record(new NormBack(n, x, y));
    }

    @Override
    public Value rotate(Rotary rotary, Value x, int[] positions) {
        Value y = holdLike(x);
        forward().rotate(rotary, x, positions, 1, y);
        return carries(x) ? record(new RotateBack(rotary, x, positions, y)) : y;
    }

    @Override
    public Value repeat(int size, int times, Value x) {
        Value y = hold(x.features() * times, x.tokens(), x.width());
        forward().repeat(size, times, x, y);
        return carries(x) ? record(new RepeatBack(size, times, x, y)) : y;
    }

    @Override
    public Value attend(Heads heads, Value q, Value k, Value v, Spans spans) {
        Value y = holdLike(q);
        forward().attend(heads, q, k, v, spans, y);
        if (!carries(q) && !carries(k) && !carries(v)) {
            return y;
        }
        List.of(q, k, v).forEach(this::readBack);
        return record(new AttendBack(heads, q, k, v, spans, y));
    }

    @Override
    public Value pool(Pooling how, Value x, Spans spans) {
        Value y = hold(x.features(), spans.count(), Kernels.widthFor(spans.count()));
        forward().pool(how, x, spans, y);
        return carries(x) ? record(new PoolBack(how, x, spans, y)) : y;
    }

    @Override
    public Value largest(Value x, Spans spans) {
        Value y = hold(x.features(), spans.count(), Kernels.widthFor(spans.count()));
        forward().largest(x, spans, y);
        if (!carries(x)) {
            return y;
        }
        readBack(x);
        return record(new LargestBack(x, spans, y));
    }

    @Override
    public Value normalize(Value x) {
        Value y = holdLike(x);
        forward().normalize(x, y);
        if (!carries(x)) {
            return y;
        }
        List.of(x, y).forEach(this::readBack);
        return record(new NormalizeBack(x, y));
    }
}
