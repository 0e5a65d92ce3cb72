package dev.filigree.ops;

/** Normalisation by the root of the mean square: gain {@code [features x 1]}, and what is added to that mean. */
public record RmsNorm(Param gain, float eps) {
}
