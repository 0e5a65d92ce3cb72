package dev.filigree.ops;

/** Rows of a table {@code [entries x features]}, one for each token. */
public record Lookup(Param table, int[] rows) {
}
