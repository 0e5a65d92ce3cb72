package dev.filigree.retrieve;

import dev.filigree.kernel.SparseDots;
import java.util.Arrays;

/**
 * Summarises the blocks of a list: for each term the largest weight that a document of the block has there, of these the largest up to a
 * share of their sum, each as a whole number of 255ths of the largest of the list, rounded up. Room for one thread, used again.
 */
final class Summaries {

    private static final int LEVELS = 255;

    private final ForwardIndex index;
    private final Heaviest heaviest;
    private final double energy;
    /** Bits of the largest weight so far. */
    private final short[] largest;
    private int[] touched = new int[1024];
    private int touchedCount;
    private final int[] counts = new int[LEVELS + 1];
    /** Hash, block and code of each entry. */
    private int[] kept = new int[1024];
    private int keptCount;

    Summaries(ForwardIndex index, Heaviest heaviest, double energy) {
        this.index = index;
        this.heaviest = heaviest;
        this.energy = energy;
        this.largest = new short[index.vocabulary()];
    }

    /** @param block for each document its block, as {@link Blocks#of} gives them */
    ListOfBlocks of(int[] documents, int[] block) {
        int[] ends = new int[Arrays.stream(block).max().orElse(-1) + 1];
        int[] ordered = byBlock(documents, block, ends);
        int most = 1;
        for (int d : documents) {
            most = Math.max(most, index.bits(d, heaviest.place(d, 0))); // it has the term of this list at least
        }
        float scale = Float.float16ToFloat((short) most) / LEVELS * (1 + 0x1p-16f); // a little more, so that no code stands for less than the weight
        keptCount = 0;
        for (int b = 0; b < ends.length; b++) {
            gather(ordered, b == 0 ? 0 : ends[b - 1], ends[b]);
            keep(b, scale);
        }
        return dealt(ordered, ends, scale);
    }

    private static int[] byBlock(int[] documents, int[] block, int[] ends) {
        for (int b : block) {
            ends[b]++;
        }
        for (int b = 1; b < ends.length; b++) {
            ends[b] += ends[b - 1];
        }
        int[] next = new int[ends.length + 1];
        System.arraycopy(ends, 0, next, 1, ends.length);
        int[] ordered = new int[documents.length];
        for (int i = 0; i < documents.length; i++) {
            ordered[next[block[i]]++] = documents[i];
        }
        return ordered;
    }

    /** The largest weight of each term. */
    private void gather(int[] documents, int from, int to) {
        for (int i = from; i < to; i++) {
            int d = documents[i];
            int size = index.size(d);
            if (touchedCount + size > touched.length) {
                touched = Arrays.copyOf(touched, 2 * (touchedCount + size));
            }
            for (int j = 0; j < size; j++) {
                int term = index.term(d, j);
                short bits = index.bits(d, j);
                if (largest[term] == 0) {
                    touched[touchedCount++] = term;
                }
                if (bits > largest[term]) {
                    largest[term] = bits;
                }
            }
        }
    }

    /** Takes over what is kept of what was gathered, and forgets it. */
    private void keep(int block, float scale) {
        Arrays.fill(counts, 0);
        long sum = 0;
        for (int i = 0; i < touchedCount; i++) {
            int code = code(largest[touched[i]], scale);
            counts[code]++;
            sum += code;
        }
        int least = LEVELS;
        for (long held = (long) LEVELS * counts[LEVELS]; least > 1 && held < energy * sum; held += (long) least * counts[least]) {
            least--;
        }
        if (kept.length < keptCount + touchedCount) {
            kept = Arrays.copyOf(kept, 2 * (keptCount + touchedCount));
        }
        for (int i = 0; i < touchedCount; i++) {
            int code = code(largest[touched[i]], scale);
            if (code >= least) {
                kept[keptCount++] = SparseDots.hash(touched[i]) << 16 | block << 8 | code;
            }
            largest[touched[i]] = 0;
        }
        touchedCount = 0;
    }

    private static int code(short bits, float scale) {
        return Math.min(LEVELS, (int) (Float.float16ToFloat(bits) / scale) + 1);
    }

    /** Deals entries to their buckets. */
    private ListOfBlocks dealt(int[] documents, int[] ends, float scale) {
        if (ends.length == 0) {
            return new ListOfBlocks(documents, ends, scale, new byte[0], new int[0]);
        }
        int bits = Math.clamp(31 - Integer.numberOfLeadingZeros(Math.max(1, keptCount / ListOfBlocks.BUCKET)), 0, ListOfBlocks.MOST_BITS);
        int[] next = new int[(1 << bits) + 1];
        for (int e = 0; e < keptCount; e++) {
            next[SparseDots.bucket(kept[e] >>> 16, bits) + 1]++;
        }
        for (int b = 1; b < next.length; b++) {
            next[b] += next[b - 1];
        }
        byte[] entries = new byte[SparseDots.ENTRY * keptCount];
        for (int e = 0; e < keptCount; e++) {
            int at = SparseDots.ENTRY * next[SparseDots.bucket(kept[e] >>> 16, bits)]++;
            entries[at] = (byte) SparseDots.key(kept[e] >>> 16, bits);
            entries[at + 1] = (byte) (kept[e] >>> 8);
            entries[at + 2] = (byte) kept[e];
        }
        return new ListOfBlocks(documents, ends, scale, entries, Arrays.copyOf(next, 1 << bits));
    }
}
