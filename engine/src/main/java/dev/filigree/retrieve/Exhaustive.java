package dev.filigree.retrieve;

/** Scores every document: slow, and the oracle of all that is faster. */
public record Exhaustive(ForwardIndex index) implements Searcher {

    @Override
    public Hits search(SparseVector query, int k, Live live) {
        float[] weights = new float[index.vocabulary()];
        for (int i = 0; i < query.size(); i++) {
            if (query.terms()[i] < weights.length) {
                weights[query.terms()[i]] = query.weights()[i];
            }
        }
        Top top = new Top();
        top.begin(k);
        for (int d = 0; d < index.documents(); d++) {
            if (live.has(d)) {
                top.offer(d, index.dot(d, weights));
            }
        }
        return top.hits();
    }
}
