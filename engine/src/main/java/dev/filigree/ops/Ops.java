package dev.filigree.ops;

import dev.filigree.base.Pooling;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Window;
import java.util.List;

/**
 * What a model may do. A model is written once against this; {@link Eager} runs it, a tape trains it, a watch calibrates
 * it. Shapes are {@code [tokens x features]}, held in panels; images are held in planes.
 */
public interface Ops {

    /** {@code x}, which comes from outside, as a value of this pass. */
    Value input(Value x);

    /** The sum of one row of each table for every token: {@code [tokens x features]}. */
    Value embed(List<Lookup> tables);

    /** {@code f(x W^T + b)}: {@code [tokens x outputs]}. {@code bias} may be null. */
    Value linear(Param weight, Param bias, Activation f, Value x);

    /** {@code f(x W^T + b) + residual}, where the sum before the residual is of no further use. {@code bias} may be null. */
    default Value linearAdd(Param weight, Param bias, Activation f, Value x, Value residual) {
        Value y = linear(weight, bias, f, x);
        Value sum = add(y, residual);
        release(y);
        return sum;
    }

    /** {@code f(w * x + b)} over images: {@code weight} is {@code [outputs x (inputs * taps)]}, dense or sparse. {@code bias} may be null. */
    Value conv(Param weight, Param bias, Activation f, Window window, Value x);

    /** {@code f(w[c] * x[c] + b[c])}, every channel of the images by itself: {@code weight} is {@code [channels x taps]}. {@code bias} may be null. */
    Value depthwise(Param weight, Param bias, Activation f, Window window, Value x);

    /**
     * {@code gain (x - mean) / sqrt(variance + eps) + shift + residual} by channel of images, and with {@code relu} the
     * larger of that and zero. Training takes mean and variance of the batch and moves the running ones towards them.
     *
     * @param residual as x, or null for none
     */
    Value batchNorm(BatchNorm n, boolean relu, Value x, Value residual);

    /** {@code f(x)}. */
    Value activate(Activation f, Value x);

    /** The largest of the pixels that a window sees, channel by channel; what lies outside of the image takes no part. */
    Value maxPool(Window window, Value x);

    /** The mean of the pixels that a window sees, channel by channel; what lies outside of the image takes no part. */
    Value meanPool(Window window, Value x);

    /** The mean of each channel of each image: {@code [images x channels]}. */
    Value globalMean(Value x);

    /** Images as vectors: {@code [images x (channels * height * width)]}. */
    Value flatten(Value x);

    /** In training zero with probability {@code share} and else {@code x / (1 - share)} (Srivastava et al. 2014, JMLR 15); elsewhere x. */
    Value dropout(double share, Value x);

    /** {@code a + b}, same shapes. */
    Value add(Value a, Value b);

    /** Layer normalisation over the features of each token. */
    Value norm(LayerNorm n, Value x);

    /** Exact softmax attention of each token over all tokens of its sequence. */
    Value attend(Heads heads, Value q, Value k, Value v, Spans spans);

    /** One vector a sequence: {@code [sequences x features]}. */
    Value pool(Pooling how, Value x, Spans spans);

    /** Each vector scaled to length 1. */
    Value normalize(Value x);

    /** Says that {@code v} will not be read again, so that its memory may be used anew. */
    default void release(Value v) {
    }
}
