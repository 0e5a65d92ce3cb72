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

    /** The same in panels of a given width, so that steps of so many tokens are {@link #tokens views}. */
    Value embed(List<Lookup> tables, int width);

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

    /** {@code a - b}, same shapes. */
    Value subtract(Value a, Value b);

    /** {@code a * b}, element by element, same shapes. */
    Value multiply(Value a, Value b);

    /** {@code factor * x}. */
    Value scale(float factor, Value x);

    /** {@code f(x)}, element by element. */
    Value activate(Activation f, Value x);

    /**
     * Tokens {@code from .. from + count} of {@code x}: a view where they fill panels, else a copy. {@code x} is not to be
     * released before the last use of the result.
     */
    Value tokens(Value x, int from, int count);

    /** Features {@code from .. from + count} of {@code x}, with the same care: a view where x is one panel. */
    Value features(Value x, int from, int count);

    /** A copy of some features of {@code x} in any order: feature i of the result is {@code which[i]}. */
    Value features(Value x, int[] which);

    /** Tokens of {@code x} in any order, in panels of the same width: token i of the result is {@code tokens[i]}. */
    Value pick(Value x, int[] tokens);

    /** The tokens of all parts, one part after another; all have the same features and panels of one width. */
    Value join(List<Value> parts);

    /**
     * {@code y = A x} over tokens: each token the weighted sum of its neighbours'. {@code adjacency [tokens x tokens]} is symmetric;
     * where it is trained, its entries get gradients by themselves and whoever trains it keeps it so.
     */
    Value aggregate(Param adjacency, Value x);

    /** Layer normalisation over the features of each token. */
    Value norm(LayerNorm n, Value x);

    /** Normalisation by the root of the mean square over the features of each token. */
    Value rmsNorm(RmsNorm n, Value x);

    /** Exact softmax attention of each token over all tokens of its sequence, or over those up to itself. */
    Value attend(Heads heads, Value q, Value k, Value v, Spans spans);

    /**
     * The same where sequences go on: each token also sees all that its sequence's memory holds, to which the batch's keys and
     * values are added. These may have fewer heads than queries, each for as many neighbouring query heads. Only for running.
     */
    default Value attend(Heads heads, Value q, Value k, Value v, Spans spans, Past past) {
        throw new IllegalStateException("what sequences remember is for running a model, not for training it");
    }

    /** Turns pairs of features by the position of their token, see {@link Rotary}. */
    Value rotate(Rotary rotary, Value x, int[] positions);

    /** Each group of {@code size} features {@code times} times in a row: keys that several heads share, for each of them. */
    Value repeat(int size, int times, Value x);

    /** One vector a sequence: {@code [sequences x features]}. */
    Value pool(Pooling how, Value x, Spans spans);

    /** The largest number of each feature among the tokens of a sequence: {@code [sequences x features]}. */
    Value largest(Value x, Spans spans);

    /** Each vector scaled to length 1. */
    Value normalize(Value x);

    /** Says that {@code v} will not be read again, so that its memory may be used anew. */
    default void release(Value v) {
    }
}
