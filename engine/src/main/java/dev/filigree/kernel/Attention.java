package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;

/**
 * Exact softmax attention of one head over one sequence, tokens {@code from .. to} of panels
 * {@code [panels] [features] [width]}; the head's features are {@code head*headSize ..}. A sequence may cross panels.
 */
public interface Attention {

    /** Floats of scratch that one call needs for a sequence of {@code length} tokens. */
    int scratch(int length, int headSize);

    /**
     * {@code out = softmax(scale q^T k) v}. Each query of the sequence sees each key of the sequence; when {@code causal},
     * those up to its own place only.
     */
    void attend(Floats q, Floats k, Floats v, Floats out, int features, int width, int from, int to, int head, int headSize, float scale, boolean causal,
            Floats scratch);

    /** Writes dq, dk, dv of this head and sequence, recomputing the weights. */
    void attendBackward(Floats q, Floats k, Floats v, Floats dOut, Floats dq, Floats dk, Floats dv, int features, int width, int from, int to, int head,
            int headSize, float scale, boolean causal, Floats scratch);

    /** So many features or tokens, up to whole vectors of the widest kind. */
    static int whole(int count) {
        return Math.ceilDiv(count, 16) * 16;
    }

    /** Floats of scratch that one call of {@code attendPast} needs for a memory of {@code capacity} tokens. */
    int pastScratch(int capacity, int headSize);

    /**
     * Attention of tokens {@code from .. to} of q, one head of a sequence whose keys and values are remembered, those of these
     * tokens already among them: the last of them sees all {@code length}, each one before it one less.
     *
     * @param keys     {@code [headSize] [capacity]}
     * @param values   {@code [capacity] [headSize, up to whole 16s]}, zero past the head
     * @param capacity {@link #whole}
     */
    void attendPast(Floats q, Floats out, int features, int width, int from, int to, int head, int headSize, float scale, Floats keys, Floats values, int capacity,
            int length, Floats scratch);

    /**
     * The same where keys and values are {@link Halves}: {@code [headSize] [capacity]} and {@code [capacity] [headSize, up to whole 32s]}.
     *
     * @param capacity {@link Halves#whole}
     */
    void attendPast(Floats q, Floats out, int features, int width, int from, int to, int head, int headSize, float scale, Ints keys, Ints values, int capacity,
            int length, Floats scratch);
}
