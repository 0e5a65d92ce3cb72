package dev.filigree.retrieve;

/**
 * How a {@link Seismic} index is built.
 *
 * @param postings  documents kept in a list on average: over the whole index the largest weights are kept, so that terms that matter more
 *                  have longer lists
 * @param longest   documents of a list at most, as a multiple of {@code postings}
 * @param blocks    blocks of a list, as a share of its documents, above 0 and at most 1
 * @param smallest  a block with fewer documents is dealt out to the others
 * @param heaviest  terms of a document that decide to which block it comes
 * @param energy    share of the sum of a summary's weights that is kept, the largest first
 * @param seed      of the documents around which blocks form
 */
public record SeismicSettings(int postings, double longest, double blocks, int smallest, int heaviest, double energy, long seed) {

    /** Everything is kept: then a search with neutral effort finds what {@link Exhaustive} finds. */
    public static final SeismicSettings UNCUT = new SeismicSettings(Integer.MAX_VALUE, 1, 0.1, 2, 15, 1, 1);

    /** What {@code filigree index} builds with. */
    public static final SeismicSettings STANDARD = new SeismicSettings(1000, 4, 0.1, 2, 15, 0.4, 1);

    public SeismicSettings {
        if (postings < 1 || !(longest >= 1) || !(blocks > 0 && blocks <= 1) || smallest < 1 || heaviest < 1 || !(energy > 0 && energy <= 1)) {
            throw new IllegalArgumentException("impossible settings: postings " + postings + ", longest " + longest + ", blocks " + blocks + ", smallest " + smallest
                    + ", heaviest " + heaviest + ", energy " + energy);
        }
    }
}
