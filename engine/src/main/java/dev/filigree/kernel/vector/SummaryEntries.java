package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setFloat;

import dev.filigree.kernel.SparseDots;

/** Looks up the terms of a query in the summaries of a list: few entries here and there, so number by number. */
final class SummaryEntries {

    private static final int BYTE = 0xFF;

    private SummaryEntries() {
    }

    /** As {@link SparseDots#summaries}; reads one byte past an entry, which is that of the next or of what pads them. */
    static void add(long entries, long buckets, int bits, long terms, long weights, int count, long scores) {
        long e = entries & MASK;
        long bs = buckets & MASK;
        long ts = terms & MASK;
        long ws = weights & MASK;
        long ss = scores & MASK;
        for (int i = 0; i < count; i++) {
            int hash = getInt(ts + 4L * i);
            long b = bs + 4L * SparseDots.bucket(hash, bits);
            int key = SparseDots.key(hash, bits);
            float weight = getFloat(ws + 4L * i);
            long end = e + (long) SparseDots.ENTRY * getInt(b + 4);
            for (long p = e + (long) SparseDots.ENTRY * getInt(b); p < end; p += SparseDots.ENTRY) {
                int entry = getInt(p & MASK);
                if ((entry & BYTE) == key) {
                    long block = ss + ((entry >>> 8 & BYTE) << 2);
                    setFloat(block, getFloat(block) + weight * (entry >>> 16 & BYTE));
                }
            }
        }
    }
}
