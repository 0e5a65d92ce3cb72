package dev.filigree.kernel;

import dev.filigree.base.Floats;

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
}
