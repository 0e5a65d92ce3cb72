package dev.filigree.ops;

import dev.filigree.base.Pooling;
import dev.filigree.kernel.Activation;
import dev.filigree.tensor.Weight;
import java.util.List;

/**
 * What a model may do. A model is written once against this; {@link Eager} runs it, a tape trains it, a watch calibrates
 * it. Shapes are {@code [tokens x features]}, held in panels.
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

    /** {@code a + b}, same shapes. */
    Value add(Value a, Value b);

    /** {@code a - b}, same shapes. */
    Value subtract(Value a, Value b);

    /** {@code a * b}, element by element, same shapes. */
    Value multiply(Value a, Value b);

    /** {@code f(x)}, element by element. */
    Value activate(Activation f, Value x);

    /**
     * Tokens {@code from .. from + count} of {@code x}: a view where they fill panels, else a copy. {@code x} is not to be
     * released before the last use of the result.
     */
    Value tokens(Value x, int from, int count);

    /** Features {@code from .. from + count} of {@code x}, with the same care: a view where x is one panel. */
    Value features(Value x, int from, int count);

    /** Tokens of {@code x} in any order, in panels of the same width: token i of the result is {@code tokens[i]}. */
    Value pick(Value x, int[] tokens);

    /** The tokens of all parts, one part after another; all have the same features and panels of one width. */
    Value join(List<Value> parts);

    /** {@code y = A x} over tokens: each token the weighted sum of its neighbours'. {@code adjacency [tokens x tokens]} is symmetric. */
    Value aggregate(Weight adjacency, Value x);

    /** Layer normalisation over the features of each token. */
    Value norm(LayerNorm n, Value x);

    /** Normalisation by the root of the mean square over the features of each token. */
    Value rmsNorm(RmsNorm n, Value x);

    /** Exact softmax attention of each token over all tokens of its sequence, or over those up to itself. */
    Value attend(Heads heads, Value q, Value k, Value v, Spans spans);

    /** One vector a sequence: {@code [sequences x features]}. */
    Value pool(Pooling how, Value x, Spans spans);

    /** Each vector scaled to length 1. */
    Value normalize(Value x);

    /** Says that {@code v} will not be read again, so that its memory may be used anew. */
    default void release(Value v) {
    }
}
