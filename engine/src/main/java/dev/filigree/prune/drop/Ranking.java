package dev.filigree.prune.drop;

import dev.filigree.base.Floats;

/**
 * The values nearest to zero, of all or of each sign, in three passes over them and without a copy; of equal ones the later
 * are taken. The bits of a float grow with its size: the threshold is found by counting their upper and then their lower
 * halves.
 */
final class Ranking {

    private static final int BITS = 16;
    private static final int LOW = (1 << BITS) - 1;
    /** Upper halves of one side. */
    private static final int SIDE = 1 << BITS - 1;

    private final Floats values;
    private final boolean signed;
    private final int[] upper = new int[2 * SIDE]; // positive values, then negative ones

    /** @param signed whether negative values are ranked apart; zeros count as positive, and all do when this is false */
    Ranking(Floats values, boolean signed) {
        this.values = values;
        this.signed = signed;
        for (int i = 0; i < values.length(); i++) {
            upper[code(values.get(i)) >>> BITS]++;
        }
    }

    /** How many values are negative. */
    int negative() {
        int n = 0;
        for (int u = SIDE; u < 2 * SIDE; u++) {
            n += upper[u];
        }
        return n;
    }

    /** Indices of so many of each side, ascending. */
    int[] smallest(int ofPositive, int ofNegative) {
        Cut[] cuts = {new Cut(0, ofPositive), new Cut(SIDE, ofNegative)};
        for (int i = 0; i < values.length(); i++) {
            int code = code(values.get(i));
            cuts[code >>> 31].count(code);
        }
        cuts[0].settle();
        cuts[1].settle();
        int[] chosen = new int[ofPositive + ofNegative];
        int at = 0;
        for (int i = 0; i < values.length(); i++) {
            int code = code(values.get(i));
            if (cuts[code >>> 31].takes(code)) {
                chosen[at++] = i;
            }
        }
        return chosen;
    }

    /** The bits of |v|, and the uppermost when v is negative and ranked apart. */
    private int code(float v) {
        int bits = Float.floatToRawIntBits(v);
        return signed && v < 0 ? bits : bits & Integer.MAX_VALUE;
    }

    /** Where one side is cut. */
    private final class Cut {

        private final int[] lower = new int[LOW + 1];
        private int high; // upper half of the largest code taken
        private int left; // how many are taken of those with this upper half
        private int most; // the largest code taken
        private int spare; // how many with exactly this code come first and are not taken

        Cut(int first, int k) {
            left = k;
            high = first;
            while (high < first + SIDE && upper[high] < left) {
                left -= upper[high++];
            }
            if (k < 0 || high == first + SIDE) {
                throw new IllegalArgumentException("cannot take " + k + " of " + (k - left));
            }
        }

        void count(int code) {
            if (code >>> BITS == high) {
                lower[code & LOW]++;
            }
        }

        void settle() {
            int low = 0;
            while (lower[low] < left) {
                left -= lower[low++];
            }
            most = high << BITS | low;
            spare = lower[low] - left;
        }

        boolean takes(int code) {
            int order = Integer.compareUnsigned(code, most);
            return order < 0 || order == 0 && spare-- <= 0;
        }
    }
}
