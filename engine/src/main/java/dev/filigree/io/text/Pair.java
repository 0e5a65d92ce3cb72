package dev.filigree.io.text;

/**
 * Two sentences and how similar people found them.
 *
 * @param score higher = more similar; only the order of scores matters to a rank correlation (STS-B: 0 to 5)
 */
public record Pair(double score, String first, String second) {}
