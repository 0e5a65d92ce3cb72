package dev.filigree.prune.edges;

import dev.filigree.base.Catalog;
import dev.filigree.base.Rng;
import dev.filigree.io.data.GraphData;

/** Edges at random: what a score has to beat. */
public record RandomEdges() implements Edges {

    public static final Catalog.Entry<Edges> ENTRY = Catalog.entry("random", "", "keeps edges at random", RandomEdges::new);

    @Override
    public float[] score(GraphData graph, Rng rng) {
        float[] scores = new float[graph.edges().size()];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = rng.nextFloat();
        }
        return scores;
    }
}
