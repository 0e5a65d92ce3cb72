package dev.filigree.kernel;

import dev.filigree.base.Floats;

/**
 * Loops that see all features of a token at once, for the tokens of one panel {@code [features x width]}, which starts at
 * element {@code at} of every buffer of activations. With width 1 a panel is one plain vector. Gains and shifts hold one
 * value a feature, in order.
 */
public interface Norms {

    /** {@code y = gain (x - mean) / sqrt(variance + eps) + shift} (Ba et al. 2016, arXiv:1607.06450); y may be x. */
    void layerNorm(Floats x, Floats y, int at, int features, int width, Floats gain, Floats shift, float eps);

    /**
     * Gradients of {@link #layerNorm} for one panel: writes dx, which may be dy, and adds the panel's part of the gain's
     * and shift's gradient into {@code dGain}, {@code dShift} (each {@code features}; the caller gives each panel its own).
     */
    void layerNormBackward(Floats x, Floats dy, Floats dx, int at, int features, int width, Floats gain, float eps, Floats dGain, Floats dShift);

    /** {@code y = gain x / sqrt(mean(x^2) + eps)} (Zhang and Sennrich 2019, arXiv:1910.07467); y may be x. */
    void rmsNorm(Floats x, Floats y, int at, int features, int width, Floats gain, float eps);

    /** Gradients of {@link #rmsNorm} for one panel: writes dx, which may be dy, and adds to {@code dGain} ({@code features}). */
    void rmsNormBackward(Floats x, Floats dy, Floats dx, int at, int features, int width, Floats gain, float eps, Floats dGain);

    /**
     * {@code y = exp(x - max) / sum exp(x - max)} over the features of each token; y may be x. A feature of minus infinity
     * takes no part: its y is at most 1e-37. When all are, or one is plus infinity or no number, the token's y are no numbers.
     */
    void softmax(Floats x, Floats y, int at, int features, int width);

    /** Gradient of {@link #softmax} from its result: {@code dx = y (dy - sum y dy)}; dx may be dy. */
    void softmaxBackward(Floats y, Floats dy, Floats dx, int at, int features, int width);

    /**
     * What cross-entropy needs of each token: {@code out[t]} is the logarithm of the sum of exp x, {@code out[width + t]} the
     * feature where x is largest, the first of several (exact below 2^24), {@code out[2 width + t]} the mean of x.
     */
    void logSumExp(Floats x, int at, int features, int width, Floats out);

    /** {@code y = scale[t] (exp(x - log[t]) - uniform)}, scale and log one value a token; y may be x. */
    void softmaxGradient(Floats x, Floats y, int at, int features, int width, Floats log, Floats scale, float uniform);
}
