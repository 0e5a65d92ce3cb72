package dev.filigree.ops;

import dev.filigree.base.UserError;
import dev.filigree.tensor.Weight;

/**
 * The nodes of a graph.
 *
 * @param x         {@code [nodes x features]}
 * @param adjacency {@code [nodes x nodes]}, symmetric and normalised, each node its own neighbour
 * @param sums      the same with ones; null where there is none to be seen
 * @param labels    class of each node; -1 where nothing is judged
 */
public record Graph(Value x, Param adjacency, Param sums, int[] labels) implements Labelled {

    public Graph {
        Weight a = adjacency.forward();
        if (labels.length != x.tokens() || a.rows() != x.tokens() || a.cols() != x.tokens()) {
            throw new IllegalArgumentException(labels.length + " labels and an adjacency of " + a.rows() + " x " + a.cols() + " for " + x.tokens() + " nodes");
        }
    }

    @Override
    public Param sums() {
        if (sums == null) {
            throw new UserError("graph: found a network of plain sums, expected one that sees normalised neighbours, such as gcn: edges are learned for those alone");
        }
        return sums;
    }

    @Override
    public int size() {
        return x.tokens();
    }
}
