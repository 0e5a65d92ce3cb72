package dev.filigree.retrieve;

import dev.filigree.kernel.SparseDots;

/**
 * The list of a term as it is stored.
 *
 * @param documents block after block
 * @param ends      documents up to the end of each block
 * @param scale     what a code of one is worth
 * @param entries   of all summaries, as {@link SparseDots#summaries} reads them
 * @param buckets   entries up to the end of each bucket, a power of two of them; none where there are no blocks
 */
record ListOfBlocks(int[] documents, int[] ends, float scale, byte[] entries, int[] buckets) {

    /** Blocks that a list may have: their numbers take 8 bits. */
    static final int MOST_BLOCKS = 1 << 8;

    /** Entries of a bucket, or a few more. */
    static final int BUCKET = 8;

    /** More buckets than this have no more to tell apart. */
    static final int MOST_BITS = 12;
}
