package dev.filigree.retrieve.feedback;

import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Live;
import java.util.Arrays;

/**
 * Where a sparse ranking is mixed into dense search with feedback (Li et al. 2022, arXiv:2205.00235): before, so that feedback looks at documents that both
 * think well of; after, into what the new query finds; or both.
 */
public enum Placement {

    NONE(false, false), BEFORE(true, false), AFTER(false, true), BOTH(true, true);

    private final boolean before;
    private final boolean after;

    Placement(boolean before, boolean after) {
        this.before = before;
        this.after = after;
    }

    /**
     * Searches, moves the query, searches again.
     *
     * @param query  the query's embedding
     * @param sparse what a sparse search found for it
     * @param k      documents of every ranking
     */
    public Hits search(DenseVectors documents, float[] query, Hits sparse, Feedback feedback, Interpolation interpolation, int k, Live live) {
        Hits first = documents.search(query, k, live);
        Hits seen = before ? interpolation.of(first, sparse, k) : first;
        float[] moved = feedback.dense(query, Arrays.stream(feedback.of(seen.documents())).mapToObj(documents::vector).toList());
        Hits second = documents.search(moved, k, live);
        return after ? interpolation.of(second, sparse, k) : second;
    }
}
