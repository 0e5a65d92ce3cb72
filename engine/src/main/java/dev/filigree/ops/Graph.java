package dev.filigree.ops;

/**
 * The nodes of a graph.
 *
 * @param x         {@code [nodes x features]}
 * @param adjacency {@code [nodes x nodes]}, symmetric and normalised
 * @param labels    class of each node; -1 where nothing is judged
 */
public record Graph(Value x, Param adjacency, int[] labels) implements Labelled {

    public Graph {
        if (labels.length != x.tokens() || adjacency.forward().rows() != x.tokens() || adjacency.forward().cols() != x.tokens()) {
            throw new IllegalArgumentException(labels.length + " labels and an adjacency of " + adjacency.forward().rows() + " x " + adjacency.forward().cols() + " for " + x.tokens() + " nodes");
        }
    }

    @Override
    public int size() {
        return x.tokens();
    }
}
