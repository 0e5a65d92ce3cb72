package dev.filigree.model;

import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Window;
import dev.filigree.ops.Batch;
import dev.filigree.ops.BatchNorm;
import dev.filigree.ops.Form;
import dev.filigree.ops.Held;
import dev.filigree.ops.Ops;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;

/** A network for images of one shape: {@code [images]} of {@code [channels x height x width]} to {@code [images x classes]}. */
public abstract class ImageNetwork extends Network {

    private static final float MOMENTUM = 0.1f;
    private static final float EPS = 1e-5f;

    private final Shape input;
    private final int classes;

    /** A convolution and the batch normalisation of its result. */
    public record Normed(Held weight, boolean depthwise, Window window, BatchNorm norm) {
    }

    protected ImageNetwork(Shape input, int classes) {
        if (classes < 2) {
            throw new UserError("model: found " + classes + " classes, expected at least 2");
        }
        this.input = input;
        this.classes = classes;
    }

    @Override
    public Form form() {
        return Form.PLANES;
    }

    /** What it takes. */
    public Shape input() {
        return input;
    }

    /** Numbers it gives for an image. */
    public int classes() {
        return classes;
    }

    /** Declares a prunable convolution without a bias and its batch normalisation. */
    protected final Normed conv(String name, int block, Role role, int outputs, int inputs, Window w) {
        return conv(name, block, role, outputs, inputs, w, 1);
    }

    /** The same with outputs and inputs in {@code groups}, each of which sees its own alone. */
    protected final Normed conv(String name, int block, Role role, int outputs, int inputs, Window w, int groups) {
        Site site = new Site(name + ".weight", block, role, outputs, inputs / groups * w.taps(), w.height(), w.width(), groups);
        return new Normed(weight(site, Init.Kaiming.RELU), false, w, norm(name + ".norm", outputs));
    }

    /** Declares a convolution of every channel by itself, which is never pruned, and its batch normalisation. */
    protected final Normed depthwise(String name, int channels, Window w) {
        return new Normed(whole(name + ".weight", channels, w.taps(), Init.Kaiming.RELU), true, w, norm(name + ".norm", channels));
    }

    /** Declares a batch normalisation. */
    protected final BatchNorm norm(String name, int channels) {
        return new BatchNorm(vector(name + ".weight", channels, 1), vector(name + ".bias", channels, 0), statistic(name + ".running_mean", channels, 0),
                statistic(name + ".running_var", channels, 1), MOMENTUM, EPS);
    }

    /** Runs a convolution with its normalisation, and the rest of {@link Ops#batchNorm}. */
    protected static Value run(Ops ops, Normed c, boolean relu, Value x, Value residual) {
        Value sum = c.depthwise ? ops.depthwise(c.weight, null, Activation.NONE, c.window, x) : ops.conv(c.weight, null, Activation.NONE, c.window, x);
        Value y = ops.batchNorm(c.norm, relu, sum, residual);
        ops.release(sum);
        return y;
    }

    /** The mean of each channel through a linear layer. */
    protected static Value classify(Ops ops, Linear output, double dropout, Value x) {
        Value mean = ops.globalMean(x);
        Value kept = dropout == 0 ? mean : ops.dropout(dropout, mean);
        Value y = ops.linear(output.weight(), output.bias(), Activation.NONE, kept);
        ops.release(mean);
        if (kept != mean) {
            ops.release(kept);
        }
        return y;
    }

    @Override
    public Value enter(Ops ops, Batch in) {
        Value x = in.as(Samples.class).x();
        Planes p = x.planes();
        if (p.channels() != input.channels() || p.height() != input.height() || p.width() != input.width()) {
            throw new UserError("model: found images of " + new Shape(p.channels(), p.height(), p.width()) + ", expected " + input);
        }
        return ops.input(x);
    }
}
