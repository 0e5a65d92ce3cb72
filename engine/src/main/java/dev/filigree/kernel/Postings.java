package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Shorts;

/** Loops of searches over lists of postings: scores of a range of at most 65,536 documents, by their number in the range. */
public interface Postings {

    /**
     * {@code scores[documents[i]] += factor * weights[i]} for i in {@code from .. to}, each product and each sum rounded.
     *
     * @param documents inside of {@code scores}, rising; checked when they were made and not again
     * @param weights   binary16, not negative
     */
    void accumulate(Shorts documents, Shorts weights, int from, int to, float factor, Floats scores);

    /** The first i in {@code from .. to} with {@code scores[i] >= bound}; {@code to} when there is none. */
    int next(Floats scores, int from, int to, float bound);

    /** How many i in {@code from .. to} have {@code scores[i] >= bound}. */
    int count(Floats scores, int from, int to, float bound);
}
