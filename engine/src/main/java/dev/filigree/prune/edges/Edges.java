package dev.filigree.prune.edges;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.GraphData;
import dev.filigree.prune.drop.Smallest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Which edges of a graph are worth keeping. An undirected edge has one score, so both of its directions stay or go. */
public interface Edges {

    /**
     * One number for each of {@link GraphData#edges}, high = keep.
     *
     * @param rng a stream that nobody else draws from
     */
    float[] score(GraphData graph, Rng rng);

    /**
     * The graph without {@code floor(share * edges)} of its edges, those of the lowest score.
     *
     * @param share in [0, 1)
     */
    default GraphData trim(GraphData graph, double share, Rng rng) {
        return trim(graph, score(graph, rng), share);
    }

    /** The same by scores that are known. Of equal ones the later edges go; an edge from a node to itself never does. */
    static GraphData trim(GraphData graph, float[] scores, double share) {
        if (!(share >= 0 && share < 1)) {
            throw new UserError("edges: found a share of " + share + " to cut, expected one in [0, 1)");
        }
        List<int[]> edges = graph.edges();
        int[] others = IntStream.range(0, edges.size()).filter(e -> edges.get(e)[0] != edges.get(e)[1]).toArray();
        float lowest = Float.POSITIVE_INFINITY;
        for (int e : others) {
            lowest = Math.min(lowest, scores[e]);
        }
        Floats above = Floats.allocate(others.length); // nothing below zero, for smallest is taken by size
        for (int i = 0; i < others.length; i++) {
            above.set(i, scores[others[i]] - lowest);
        }
        boolean[] cut = new boolean[edges.size()];
        for (int i : new Smallest().choose(above, Math.min(others.length, (int) (share * edges.size())))) {
            cut[others[i]] = true;
        }
        List<int[]> kept = new ArrayList<>();
        for (int e = 0; e < cut.length; e++) {
            if (!cut[e]) {
                kept.add(edges.get(e));
            }
        }
        return graph.withEdges(kept);
    }
}
