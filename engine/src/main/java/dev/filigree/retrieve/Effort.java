package dev.filigree.retrieve;

/**
 * How much a search in a {@link Seismic} index looks at: less is faster and misses more.
 *
 * @param terms  of a query so many terms, those with the largest weights, decide which lists are looked at; all of them count in scores
 * @param factor a block is passed over when the score of its summary is below this multiple of the score of the k-th document so far: 1 loses
 *               nothing where summaries are whole, more is faster
 * @param neighbours of each document found that are looked at in the end, as far as the index holds them
 */
public record Effort(int terms, float factor, int neighbours) {

    /** Every list is looked at, and a block is passed over only where its summary says that it cannot help. */
    public static final Effort ALL = new Effort(Integer.MAX_VALUE, 1);

    /** Finds 99.4, 98.9, 97.7 and 99.0 % of the ten true documents among 50,000, 100,000, 200,000 and a million made ones. */
    public static final Effort STANDARD = new Effort(8, 1);

    /** With all neighbours that the index holds. */
    public Effort(int terms, float factor) {
        this(terms, factor, Integer.MAX_VALUE);
    }

    public Effort {
        if (terms < 1 || !(factor >= 0) || neighbours < 0) {
            throw new IllegalArgumentException("effort: found " + terms + " terms, a factor of " + factor + " and " + neighbours + " neighbours, expected at least one term and else nothing below 0");
        }
    }
}
