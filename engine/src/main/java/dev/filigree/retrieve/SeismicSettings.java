package dev.filigree.retrieve;

/**
 * How a {@link Seismic} index is built.
 *
 * @param share    of all entries of the collection that lists keep, the largest weights of the whole index, so that terms that matter more have
 *                 longer lists; lists grow with the collection
 * @param fewest   documents of a list on average at least, however small the share: a small collection is not thinned out
 * @param longest  documents of a list at most, as a multiple of the average
 * @param blocks   blocks of a list, as a share of its documents, above 0 and at most 1; there are at most 256
 * @param smallest a block with fewer documents is dealt out to the others
 * @param heaviest terms of a document that decide to which block it comes
 * @param energy   share of the sum of a summary's weights that is kept, the largest first
 * @param seed     of the documents around which blocks form
 * @param neighbours of each document that are stored, at most {@value #MOST_NEIGHBOURS}: searches look at those of what they found too; zero for none
 */
public record SeismicSettings(double share, int fewest, double longest, double blocks, int smallest, int heaviest, double energy, long seed, int neighbours) {

    /** More neighbours than this are not stored. */
    public static final int MOST_NEIGHBOURS = 64;

    /** Everything is kept: then a search with neutral effort finds what {@link Exhaustive} finds. */
    public static final SeismicSettings UNCUT = new SeismicSettings(1, 1, Integer.MAX_VALUE, 0.1, 2, 15, 1, 1, 0);

    /** Of a million documents fewer bytes than the forward index, of fewer documents more, and little is missed: see {@link Effort#STANDARD}. */
    public static final SeismicSettings STANDARD = new SeismicSettings(0.07, 80, 6, 0.1, 2, 15, 0.4, 1, 0);

    /** The same with so many neighbours of each document. */
    public SeismicSettings withNeighbours(int count) {
        return new SeismicSettings(share, fewest, longest, blocks, smallest, heaviest, energy, seed, count);
    }

    public SeismicSettings {
        if (!(share > 0 && share <= 1) || fewest < 1 || !(longest >= 1) || !(blocks > 0 && blocks <= 1) || smallest < 1 || heaviest < 1 || !(energy > 0 && energy <= 1)
                || neighbours < 0 || neighbours > MOST_NEIGHBOURS) {
            throw new IllegalArgumentException("impossible settings: share " + share + ", fewest " + fewest + ", longest " + longest + ", blocks " + blocks + ", smallest "
                    + smallest + ", heaviest " + heaviest + ", energy " + energy + ", neighbours " + neighbours);
        }
    }
}
