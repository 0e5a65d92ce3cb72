package dev.filigree.prune.growth;

import java.util.Arrays;

/** The k largest of a stream of scored positions, in memory for a few k; of equal scores the earlier position wins. */
final class Best {

    private static final int SLACK = 1024;

    private final int k;
    private final long[] entries; // score bits above, inverted rank of arrival below, so that a plain sort ranks them
    private final long[] positions; // by arrival
    private int count;
    private float least = -1; // a score must be above this to matter

    Best(int k) {
        this.k = k;
        this.entries = new long[2 * k + SLACK];
        this.positions = new long[2 * k + SLACK];
    }

    /** Positions must come in ascending order, scores must not be negative; one that is no number counts as zero. */
    void offer(float score, long position) {
        if (!(score > least) && !(least < 0)) {
            return;
        }
        float s = score >= 0 ? score : 0;
        entries[count] = (long) Float.floatToRawIntBits(s) << 32 | (0x7fffffffL - count);
        positions[count++] = position;
        if (count == entries.length) {
            shrink();
        }
    }

    /** The k best, ascending. */
    long[] positions() {
        shrink();
        if (count < k) {
            throw new IllegalArgumentException("only " + count + " positions were offered, expected at least " + k);
        }
        return Arrays.copyOf(positions, k);
    }

    /** Keeps the k best in order of arrival. */
    private void shrink() {
        if (count <= k) {
            return;
        }
        Arrays.sort(entries, 0, count);
        int[] kept = new int[k];
        float[] scores = new float[positions.length];
        for (int i = 0; i < k; i++) {
            long e = entries[count - 1 - i];
            kept[i] = (int) (0x7fffffffL - (e & 0x7fffffffL));
            scores[kept[i]] = Float.intBitsToFloat((int) (e >>> 32));
        }
        if (k > 0) {
            least = Float.intBitsToFloat((int) (entries[count - k] >>> 32));
        } else {
            least = Float.POSITIVE_INFINITY;
        }
        Arrays.sort(kept);
        for (int i = 0; i < k; i++) {
            positions[i] = positions[kept[i]];
            entries[i] = (long) Float.floatToRawIntBits(scores[kept[i]]) << 32 | (0x7fffffffL - i);
        }
        count = k;
    }
}
