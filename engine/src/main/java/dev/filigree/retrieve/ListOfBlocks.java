package dev.filigree.retrieve;

/**
 * The list of a term as it is stored.
 *
 * @param documents block after block
 * @param ends      documents up to the end of each block
 * @param scales    for each block what a code of one is worth
 * @param terms     that summaries hold, rising
 * @param termEnds  entries up to the end of each term
 * @param blocks    for each entry its block, rising for each term
 * @param codes     for each entry its weight, in units of the block's scale
 */
record ListOfBlocks(int[] documents, int[] ends, float[] scales, int[] terms, int[] termEnds, short[] blocks, byte[] codes) {

    /** Blocks that a list may have: their numbers take 16 bits. */
    static final int MOST_BLOCKS = 1 << 16;
}
