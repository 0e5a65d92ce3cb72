package dev.filigree.prune.drop;

import dev.filigree.base.Floats;

/**
 * The k values nearest to zero of one side, in three passes over them and without a copy; of equal ones the later are taken.
 *
 * @param side  whose values are ranked
 * @param most  raw bits of the largest |value| that is taken
 * @param spare how many values with exactly these bits come first and are not taken
 */
record Ranking(Side side, int most, int spare) {

    private static final int BITS = 16;
    private static final int LOW = (1 << BITS) - 1;
    private static final int NOBODY = -1;

    /** Which values are ranked together. */
    enum Side {
        ALL, NEGATIVE, POSITIVE;

        /** The bits of |v|, which grow with it, or {@link #NOBODY} when it lies on the other side; zeros count as positive. */
        int key(float v) {
            return this == ALL || this == NEGATIVE == v < 0 ? Float.floatToRawIntBits(v) & Integer.MAX_VALUE : NOBODY;
        }
    }

    /** Finds the k-th smallest of a side by counting the upper and then the lower halves of the bits. */
    static Ranking of(Floats values, Side side, int k) {
        int[] upper = new int[1 << BITS - 1];
        for (int i = 0; i < values.length(); i++) {
            int key = side.key(values.get(i));
            if (key != NOBODY) {
                upper[key >>> BITS]++;
            }
        }
        if (k == 0) {
            return new Ranking(side, NOBODY, 0);
        }
        int left = k;
        int high = 0;
        while (high < upper.length && upper[high] < left) {
            left -= upper[high++];
        }
        if (k < 0 || high == upper.length) {
            throw new IllegalArgumentException("cannot take " + k + " of " + (k - left));
        }
        int[] lower = new int[LOW + 1];
        for (int i = 0; i < values.length(); i++) {
            int key = side.key(values.get(i));
            if (key != NOBODY && key >>> BITS == high) {
                lower[key & LOW]++;
            }
        }
        int low = 0;
        while (lower[low] < left) {
            left -= lower[low++];
        }
        return new Ranking(side, high << BITS | low, lower[low] - left);
    }

    /** Indices of {@code count} values that are taken by one of some rankings of different sides, ascending. */
    static int[] taken(Floats values, int count, Ranking... rankings) {
        int[] spare = new int[rankings.length];
        for (int s = 0; s < spare.length; s++) {
            spare[s] = rankings[s].spare;
        }
        int[] chosen = new int[count];
        int at = 0;
        for (int i = 0; i < values.length(); i++) {
            float v = values.get(i);
            for (int s = 0; s < rankings.length; s++) {
                int key = rankings[s].side.key(v);
                if (key != NOBODY && (key < rankings[s].most || key == rankings[s].most && spare[s]-- <= 0)) {
                    chosen[at++] = i;
                }
            }
        }
        return chosen;
    }
}
