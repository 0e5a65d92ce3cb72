package dev.filigree.prune.edges;

import dev.filigree.base.Catalog;
import dev.filigree.base.Rng;
import dev.filigree.io.data.GraphData;

/**
 * Edges between nodes of few neighbours, which have few neighbours themselves, are worth most (TEDDY, Seo et al. 2024,
 * arXiv:2402.01261). With N(i) the neighbours of i and d their numbers:
 * {@code m_i = 1/d_i sum over j in N(i) of d_j^-1/2} and {@code score_ij = m_i/d_i m_j/d_j}. Two passes over the edges; nothing is trained.
 */
public record Degrees() implements Edges {

    public static final Catalog.Entry<Edges> ENTRY = Catalog.entry("degrees", "Seo et al. 2024, arXiv:2402.01261",
            "keeps edges whose ends, and their neighbours, have few neighbours (TEDDY)", Degrees::new);

    @Override
    public float[] score(GraphData graph, Rng rng) {
        int[] degree = new int[graph.nodes()];
        for (int[] e : graph.edges()) {
            if (e[0] != e[1]) {
                degree[e[0]]++;
                degree[e[1]]++;
            }
        }
        double[] mean = new double[graph.nodes()]; // times the degree
        for (int[] e : graph.edges()) {
            if (e[0] != e[1]) {
                mean[e[0]] += 1 / Math.sqrt(degree[e[1]]);
                mean[e[1]] += 1 / Math.sqrt(degree[e[0]]);
            }
        }
        float[] scores = new float[graph.edges().size()];
        for (int i = 0; i < scores.length; i++) {
            int a = graph.edges().get(i)[0];
            int b = graph.edges().get(i)[1];
            scores[i] = a == b ? Float.MAX_VALUE : (float) (mean[a] * mean[b] / ((double) degree[a] * degree[a] * degree[b] * degree[b]));
        }
        return scores;
    }
}
