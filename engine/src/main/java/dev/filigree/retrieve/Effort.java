package dev.filigree.retrieve;

/**
 * How much a search in a {@link Seismic} index looks at: less is faster and misses more.
 *
 * @param terms  of a query so many terms, those with the largest weights, decide which lists are looked at; all of them count in scores
 * @param factor a block is passed over when the score of its summary is below this multiple of the score of the k-th document so far: 1 loses
 *               nothing where summaries are whole, more is faster
 */
public record Effort(int terms, float factor) {

    /** Every list is looked at, and a block is passed over only where its summary says that it cannot help. */
    public static final Effort ALL = new Effort(Integer.MAX_VALUE, 1);

    /** Finds about 95 of a hundred true documents. */
    public static final Effort STANDARD = new Effort(8, 1);

    public Effort {
        if (terms < 1 || !(factor >= 0)) {
            throw new IllegalArgumentException("effort: found " + terms + " terms and a factor of " + factor + ", expected at least one term and a factor of at least 0");
        }
    }
}
