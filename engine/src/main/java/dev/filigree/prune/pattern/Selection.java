package dev.filigree.prune.pattern;

/** The k best of some scores, exactly k of them: among equal scores the lower index wins. */
public final class Selection {

    private Selection() {
    }

    /** Takes the indices that were chosen, ascending. */
    @FunctionalInterface
    public interface Chosen {
        void at(int index);
    }

    /**
     * Tells {@code chosen} the indices in {@code from .. to} of the {@code keep} highest scores.
     *
     * @param scratch at least {@code to - from} floats, overwritten
     */
    public static void best(float[] scores, int from, int to, long keep, float[] scratch, Chosen chosen) {
        int count = to - from;
        if (keep < 0 || keep > count) {
            throw new IllegalArgumentException("cannot keep " + keep + " of " + count);
        }
        if (keep == 0) {
            return;
        }
        System.arraycopy(scores, from, scratch, 0, count);
        float threshold = keep == count ? Float.NEGATIVE_INFINITY : ascending(scratch, count, count - (int) keep);
        long above = 0;
        for (int i = from; i < to; i++) {
            above += scores[i] > threshold ? 1 : 0;
        }
        long ties = keep - above;
        for (int i = from; i < to; i++) {
            if (scores[i] > threshold || scores[i] == threshold && ties-- > 0) {
                chosen.at(i);
            }
        }
    }

    /** The value that would stand at {@code index} were {@code a[0 .. count]} sorted ascending; reorders it (Hoare's selection). */
    static float ascending(float[] a, int count, int index) {
        int low = 0;
        int high = count - 1;
        while (low < high) {
            float pivot = median(a[low], a[(low + high) >>> 1], a[high]);
            int i = low;
            int j = high;
            while (i <= j) {
                while (a[i] < pivot) {
                    i++;
                }
                while (a[j] > pivot) {
                    j--;
                }
                if (i <= j) {
                    float t = a[i];
                    a[i++] = a[j];
                    a[j--] = t;
                }
            }
            if (index <= j) {
                high = j;
            } else if (index >= i) {
                low = i;
            } else {
                return a[index];
            }
        }
        return a[index];
    }

    private static float median(float a, float b, float c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
