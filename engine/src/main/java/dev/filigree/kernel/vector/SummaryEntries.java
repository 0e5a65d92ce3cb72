package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static dev.filigree.kernel.vector.Lanes.setLong;

import dev.filigree.kernel.SparseDots;

/**
 * Looks up the terms of a query in the summaries of a list: few entries here and there, so number by number. What lies where is found for all terms
 * first and called into the caches, as else every term would wait for memory twice.
 */
final class SummaryEntries {

    /** Bytes of what {@link #find} writes of a term: the address of its first entry, the address behind its last. */
    static final long PLACE = 16;

    private static final int BYTE = 0xFF;

    private SummaryEntries() {
    }

    /** Writes where the entries of each term lie, and behind all places a number that nobody needs; it keeps the compiler from leaving out what calls them. */
    static void find(long entries, long buckets, int bits, long terms, int count, long places) {
        long bs = buckets & MASK;
        long ts = terms & MASK;
        long p = places & MASK;
        for (int i = 0; i < count; i++) {
            long b = bs + 4L * SparseDots.bucket(getInt(ts + 4 * (i & INDEX)), bits);
            setLong(p + PLACE * (i & INDEX), entries + (long) SparseDots.ENTRY * getInt(b));
            setLong(p + PLACE * (i & INDEX) + 8, entries + (long) SparseDots.ENTRY * getInt(b + 4));
        }
        int nothing = 0;
        for (int i = 0; i < count; i++) {
            nothing += getInt(getLong(p + PLACE * (i & INDEX)) & MASK) + getInt(getLong(p + PLACE * (i & INDEX) + 8) & MASK);
        }
        setInt(p + PLACE * (count & INDEX), nothing);
    }

    /** As {@link SparseDots#summaries}, of entries that were found; reads one byte past an entry, which is that of the next or of what pads them. */
    static void add(long places, int bits, long terms, long weights, int count, long scores) {
        long p = places & MASK;
        long ts = terms & MASK;
        long ws = weights & MASK;
        long ss = scores & MASK;
        for (int i = 0; i < count; i++) {
            int key = SparseDots.key(getInt(ts + 4 * (i & INDEX)), bits);
            int weight = getInt(ws + 4 * (i & INDEX));
            long end = getLong(p + PLACE * (i & INDEX) + 8);
            for (long at = getLong(p + PLACE * (i & INDEX)); at < end; at += SparseDots.ENTRY) {
                int entry = getInt(at & MASK);
                long block = ss + ((entry >>> 8 & BYTE) << 2);
                int same = (entry & BYTE ^ key) - 1 >> 31; // all bits or none: half of the entries match, and a jump would be guessed wrong
                setFloat(block, getFloat(block) + Float.intBitsToFloat(weight & same) * (entry >>> 16 & BYTE));
            }
        }
    }
}
