package dev.filigree.app.sparsify;

/**
 * How well an encoder does, on sentences that no stage of pruning or recovery has seen.
 *
 * @param cosine      mean cosine to the dense model's embeddings over the held-out sentences: what separates methods
 * @param pairCosine  the same over the sentences of the scored pairs
 * @param spearman    rank correlation of the pairs' cosines with human scores
 */
public record Quality(double cosine, double pairCosine, double spearman) {
}
