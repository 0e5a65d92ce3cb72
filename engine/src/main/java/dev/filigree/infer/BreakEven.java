package dev.filigree.infer;

/**
 * Where a sparse layout begins to pay.
 *
 * @param sparsity from which on it is faster than dense; 0 when it always is, NaN when it never is
 */
public record BreakEven(int rows, int cols, int tokens, String layout, double sparsity) {
}
