package dev.filigree.retrieve;

import java.util.Arrays;

/** The terms of a query that a collection knows, in arrays that are used again. */
final class KnownTerms {

    int[] terms = new int[64];
    float[] weights = new float[64];
    int count;

    void begin(SparseVector query, int vocabulary) {
        if (terms.length < query.size()) {
            terms = new int[2 * query.size()];
            weights = new float[terms.length];
        }
        int known = Arrays.binarySearch(query.terms(), vocabulary);
        count = known < 0 ? -1 - known : known;
        System.arraycopy(query.terms(), 0, terms, 0, count);
        System.arraycopy(query.weights(), 0, weights, 0, count);
    }

    /** Writes the weight of each term into {@code dense [vocabulary]}. */
    void spread(float[] dense) {
        for (int i = 0; i < count; i++) {
            dense[terms[i]] = weights[i];
        }
    }

    /** Makes {@code dense} zero again. */
    void wipe(float[] dense) {
        for (int i = 0; i < count; i++) {
            dense[terms[i]] = 0;
        }
    }

    /**
     * What a sum of this many products, or a bound on one, has to reach where {@code score} has to be reached: less by what the order of
     * additions can make of it. A sum of n floats above zero is off by less than n parts in 2^24, in whatever order they are added.
     */
    float bound(float score) {
        return Math.max(Float.MIN_VALUE, score * (1 - Math.min(1, count * 0x1p-22f)));
    }
}
