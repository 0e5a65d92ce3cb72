package dev.filigree.prune.saliency;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.grad.Gradients;
import dev.filigree.grad.Tape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Window;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.Heads;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Param;
import dev.filigree.ops.RmsNorm;
import dev.filigree.ops.Spans;
import dev.filigree.ops.Value;

/**
 * A network as nothing but sums of products of weights: every input is 1, and there are no biases, activations,
 * normalisations or dropped values. What has no such reading is refused.
 */
final class Flow extends Tape {

    Flow(Compute compute, Gradients parameters) {
        super(compute, parameters);
    }

    @Override
    public Value input(Value x) {
        return super.input(x.in(Floats.allocate(x.data().length()).fill(1f)).clearPadding());
    }

    @Override
    public Value linear(Param weight, Param bias, Activation f, Value x) {
        return super.linear(weight, null, Activation.NONE, x);
    }

    @Override
    public Value conv(Param weight, Param bias, Activation f, Window window, Value x) {
        return super.conv(weight, null, Activation.NONE, window, x);
    }

    @Override
    public Value depthwise(Param weight, Param bias, Activation f, Window window, Value x) {
        return super.depthwise(weight, null, Activation.NONE, window, x);
    }

    @Override
    public Value batchNorm(BatchNorm n, boolean relu, Value x, Value residual) {
        return residual == null ? x : add(x, residual);
    }

    @Override
    public Value norm(LayerNorm n, Value x) {
        return x;
    }

    @Override
    public Value rmsNorm(RmsNorm n, Value x) {
        return x;
    }

    @Override
    public Value activate(Activation f, Value x) {
        return x;
    }

    @Override
    public Value dropout(double share, Value x) {
        return x;
    }

    @Override
    public Value attend(Heads heads, Value q, Value k, Value v, Spans spans) {
        throw refused("attention");
    }

    @Override
    public Value multiply(Value a, Value b) {
        throw refused("gates");
    }

    @Override
    public Value subtract(Value a, Value b) {
        throw refused("gates");
    }

    /** Values live to the end of the round, for one may stand for several. */
    @Override
    public void release(Value v) {
    }

    private static UserError refused(String what) {
        return new UserError("--method synflow: follows signals through sums of weights alone, and this network has " + what + "; use snip or grasp");
    }
}
