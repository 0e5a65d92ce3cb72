package dev.filigree.kernel;

/** An element-wise function applied to a product before it is stored. */
public enum Activation {
    /** The identity. */
    NONE,
    /** {@code x/2 (1 + erf(x / sqrt 2))}, the exact Gaussian error linear unit. */
    GELU,
    /** {@code max(0, x)}. */
    RELU,
    /** {@code x / (1 + exp(-x))}, the sigmoid linear unit (Elfwing et al. 2017, arXiv:1702.03118), also called swish. */
    SILU,
    /** {@code x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))}, what GPT-2 takes for the Gaussian error linear unit (Hendrycks and Gimpel 2016, arXiv:1606.08415). */
    GELU_TANH,
    /** The hyperbolic tangent. */
    TANH,
    /** {@code 1 / (1 + exp(-x))}. */
    SIGMOID
}
