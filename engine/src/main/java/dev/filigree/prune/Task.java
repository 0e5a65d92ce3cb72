package dev.filigree.prune;

import dev.filigree.prune.pattern.Pattern;

/**
 * One weight to be pruned.
 *
 * @param keep how many units survive in each of the pattern's cells of this site
 */
public record Task(Subject subject, Pattern pattern, long[] keep) {

    /** Rows of the weight. */
    public int rows() {
        return subject.weights().rows();
    }

    /** Columns of the weight. */
    public int cols() {
        return subject.weights().cols();
    }
}
