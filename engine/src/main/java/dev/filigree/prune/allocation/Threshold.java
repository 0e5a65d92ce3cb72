package dev.filigree.prune.allocation;

import dev.filigree.prune.Cell;
import java.util.Arrays;
import java.util.List;

/** One threshold for all cells: keeps the highest scores wherever they are, within bounds for each cell, exactly as many as asked. */
final class Threshold {

    private Threshold() {
    }

    /** Scales the scores of a cell's units so that those of different cells compare. */
    @FunctionalInterface
    interface Scale {
        double of(Cell cell);
    }

    /**
     * @param low  least share that a cell keeps
     * @param high largest share that a cell keeps
     */
    static long[] keep(List<Cell> cells, double sparsity, Survey survey, Scale scale, double low, double high) {
        int n = cells.size();
        float[][] sorted = new float[n][];
        long[] least = new long[n];
        long[] most = new long[n];
        long units = 0;
        for (int i = 0; i < n; i++) {
            Cell c = cells.get(i);
            float factor = (float) scale.of(c);
            float[] scores = Arrays.copyOfRange(survey.unitScores(c.site()), Math.toIntExact(c.first()), Math.toIntExact(c.first() + c.units()));
            for (int j = 0; j < scores.length; j++) {
                scores[j] *= factor;
            }
            Arrays.sort(scores);
            sorted[i] = scores;
            least[i] = (long) Math.ceil(low * c.units());
            most[i] = Math.max(least[i], (long) Math.floor(high * c.units()));
            units += c.units();
        }
        long wanted = Math.clamp(Math.round(units * (1 - sparsity)), Arrays.stream(least).sum(), Arrays.stream(most).sum());
        // The highest threshold that keeps at least as many as wanted; the order of bits is the order of non-negative floats.
        int from = 0;
        int to = Float.floatToIntBits(Float.POSITIVE_INFINITY);
        while (to - from > 1) {
            int mid = (from + to) >>> 1;
            if (Arrays.stream(atLeast(Float.intBitsToFloat(mid), sorted, least, most)).sum() >= wanted) {
                from = mid;
            } else {
                to = mid;
            }
        }
        long[] keep = atLeast(Float.intBitsToFloat(from), sorted, least, most);
        long[] fewer = atLeast(Float.intBitsToFloat(to), sorted, least, most);
        long excess = Arrays.stream(keep).sum() - wanted;
        for (int i = n - 1; i >= 0 && excess > 0; i--) { // ties: the lower index wins
            long less = Math.min(excess, keep[i] - fewer[i]);
            keep[i] -= less;
            excess -= less;
        }
        return keep;
    }

    private static long[] atLeast(float threshold, float[][] sorted, long[] least, long[] most) {
        long[] keep = new long[sorted.length];
        for (int i = 0; i < keep.length; i++) {
            keep[i] = Math.clamp(sorted[i].length - below(sorted[i], threshold), least[i], most[i]);
        }
        return keep;
    }

    /** How many of {@code sorted} are below {@code threshold}. */
    private static int below(float[] sorted, float threshold) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (sorted[mid] < threshold) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }
}
