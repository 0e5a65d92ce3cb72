package dev.filigree.calib;

import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Window;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.LayerNorm;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Param;
import dev.filigree.ops.Passing;
import dev.filigree.ops.RmsNorm;
import dev.filigree.ops.Value;
import java.util.Map;

/** Runs a model through other {@link Ops} and shows to a listener what goes into and out of its weights. */
public final class Watch extends Passing {

    /** Looks on. No value may be kept after the call that shows it, except to recognise it again in the same pass. */
    @FunctionalInterface
    public interface Listener {

        /** {@code x} is about to be multiplied with {@code weight}. */
        void input(Param weight, Value x);

        /** {@code y} is what came out. */
        default void output(Param weight, Value y) {
        }

        /** {@code y} is what came out of a convolution with {@code weight}, of single channels or of all. */
        default void convolved(Param weight, Value y) {
        }

        /** {@code a} and {@code b} are about to be added. */
        default void added(Value a, Value b) {
        }
    }

    private final Listener listener;
    private final Map<String, ? extends Param> instead;

    public Watch(Ops inner, Listener listener) {
        this(inner, listener, Map.of());
    }

    /**
     * @param instead parameters to compute with in place of the model's own, by name
     */
    public Watch(Ops inner, Listener listener, Map<String, ? extends Param> instead) {
        super(inner);
        this.listener = listener;
        this.instead = instead;
    }

    @Override
    public Value linear(Param weight, Param bias, Activation f, Value x) {
        listener.input(weight, x);
        Value y = super.linear(own(weight), bias == null ? null : own(bias), f, x);
        listener.output(weight, y);
        return y;
    }

    @Override
    public Value conv(Param weight, Param bias, Activation f, Window window, Value x) {
        Value y = super.conv(own(weight), bias == null ? null : own(bias), f, window, x);
        listener.convolved(weight, y);
        return y;
    }

    @Override
    public Value depthwise(Param weight, Param bias, Activation f, Window window, Value x) {
        Value y = super.depthwise(own(weight), bias == null ? null : own(bias), f, window, x);
        listener.convolved(weight, y);
        return y;
    }

    @Override
    public Value batchNorm(BatchNorm n, boolean relu, Value x, Value residual) {
        return super.batchNorm(new BatchNorm(own(n.gain()), own(n.shift()), own(n.mean()), own(n.variance()), n.momentum(), n.eps()), relu, x, residual);
    }

    @Override
    public Value add(Value a, Value b) {
        listener.added(a, b);
        return super.add(a, b);
    }

    @Override
    public Value rmsNorm(RmsNorm n, Value x) {
        return super.rmsNorm(new RmsNorm(own(n.gain()), n.eps()), x);
    }

    @Override
    public Value norm(LayerNorm n, Value x) {
        return super.norm(new LayerNorm(own(n.gain()), own(n.shift()), n.eps()), x);
    }

    private Param own(Param p) {
        Param other = instead.get(p.name());
        return other == null ? p : other;
    }
}
