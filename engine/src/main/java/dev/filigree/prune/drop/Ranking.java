package dev.filigree.prune.drop;

/** The k smallest of some numbers that are not negative, in time that grows with their number alone. */
final class Ranking {

    private static final int BITS = 16;

    private Ranking() {
    }

    @FunctionalInterface
    interface Score {
        float at(int index);
    }

    /** Indices of the {@code k} smallest, ascending; of equal ones the later are taken. */
    static int[] smallest(int n, Score score, int k) {
        if (k < 0 || k > n) {
            throw new IllegalArgumentException("cannot take " + k + " of " + n);
        }
        if (k == 0) {
            return new int[0];
        }
        // the bits of a float that is not negative grow with it: find the threshold half by half
        int high = half(n, score, k, 0, BITS, 0);
        int below = count(n, score, high << BITS);
        int threshold = high << BITS | half(n, score, k - below, high, 0, (1 << BITS) - 1);
        int ties = k - count(n, score, threshold); // equal to the threshold, to be taken from the end
        int equal = 0;
        for (int i = 0; i < n; i++) {
            equal += bits(score, i) == threshold ? 1 : 0;
        }
        int[] chosen = new int[k];
        int at = 0;
        int skip = equal - ties;
        for (int i = 0; i < n; i++) {
            int b = bits(score, i);
            if (Integer.compareUnsigned(b, threshold) < 0 || b == threshold && skip-- <= 0) {
                chosen[at++] = i;
            }
        }
        return chosen;
    }

    /** The upper or lower half of the bits of the k-th smallest, among those whose upper half is {@code prefix} when the lower is asked for. */
    private static int half(int n, Score score, int k, int prefix, int shift, int mask) {
        int[] counts = new int[1 << BITS];
        for (int i = 0; i < n; i++) {
            int b = bits(score, i);
            if (shift == BITS) {
                counts[b >>> BITS]++;
            } else if (b >>> BITS == prefix) {
                counts[b & mask]++;
            }
        }
        int sum = 0;
        for (int v = 0; ; v++) {
            sum += counts[v];
            if (sum >= k) {
                return v;
            }
        }
    }

    /** How many lie below a threshold. */
    private static int count(int n, Score score, int threshold) {
        int count = 0;
        for (int i = 0; i < n; i++) {
            count += Integer.compareUnsigned(bits(score, i), threshold) < 0 ? 1 : 0;
        }
        return count;
    }

    private static int bits(Score score, int i) {
        return Float.floatToRawIntBits(score.at(i));
    }
}
