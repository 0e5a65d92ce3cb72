package dev.filigree.ops;

/** Layer normalisation: gain and shift {@code [features x 1]}, and what is added to the variance. */
public record LayerNorm(Param gain, Param shift, float eps) {
}
