package dev.filigree.report;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The figures a report prints, each with its definition. All sums run in double and in index order, so a figure is the
 * same on every machine. A NaN among the inputs makes the figure NaN: a broken model must not look like a middling one.
 */
public final class Metrics {

    private Metrics() {
    }

    /**
     * Pearson's r: sum (x - mean x)(y - mean y) / sqrt(sum (x - mean x)^2 * sum (y - mean y)^2), in [-1, 1]. NaN when
     * either side is constant: there is nothing to correlate with.
     *
     * @throws IllegalArgumentException the lengths differ, or are below 2
     */
    public static double pearson(double[] x, double[] y) {
        sameLength(x.length, y.length);
        if (x.length < 2) {
            throw new IllegalArgumentException("a correlation needs at least 2 points, found " + x.length);
        }
        double meanX = mean(x);
        double meanY = mean(y);
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            double dx = x[i] - meanX;
            double dy = y[i] - meanY;
            xy += dx * dy;
            xx += dx * dx;
            yy += dy * dy;
        }
        if (xx == 0 || yy == 0) {
            return Double.NaN;
        }
        return Math.clamp(xy / Math.sqrt(xx) / Math.sqrt(yy), -1, 1);
    }

    /**
     * Spearman's rho: {@link #pearson} of the {@link #ranks}. With ties this differs from the shortcut
     * 1 - 6 sum d^2 / (n (n^2 - 1)), which holds for distinct values only. NaN when either side is constant.
     *
     * @throws IllegalArgumentException as {@link #pearson}
     */
    public static double spearman(double[] x, double[] y) {
        sameLength(x.length, y.length);
        if (hasNaN(x) || hasNaN(y)) {
            return Double.NaN;
        }
        return pearson(ranks(x), ranks(y));
    }

    /** Ranks from 1, smallest first; equal values share the average of the ranks they cover. */
    public static double[] ranks(double[] values) {
        int n = values.length;
        int[] order = IntStream.range(0, n).boxed()
                .sorted((a, b) -> Double.compare(values[a] + 0.0, values[b] + 0.0)) // + 0.0: -0 ties with 0
                .mapToInt(Integer::intValue).toArray();
        double[] ranks = new double[n];
        for (int from = 0, to; from < n; from = to) {
            to = from + 1;
            while (to < n && values[order[to]] == values[order[from]]) {
                to++;
            }
            double shared = (from + 1 + to) / 2.0; // mean of from + 1 .. to
            for (int i = from; i < to; i++) {
                ranks[order[i]] = shared;
            }
        }
        return ranks;
    }

    /**
     * Area under the receiver operating characteristic: the probability that a positive example scores higher than a negative one, ties
     * counted half (Hanley and McNeil 1982). NaN without examples of both kinds.
     */
    public static double areaUnderRoc(double[] scores, boolean[] positive) {
        sameLength(scores.length, positive.length);
        double[] ranks = ranks(scores);
        double sum = 0;
        double positives = 0;
        for (int i = 0; i < ranks.length; i++) {
            sum += positive[i] ? ranks[i] : 0;
            positives += positive[i] ? 1 : 0;
        }
        return (sum - positives * (positives + 1) / 2) / (positives * (ranks.length - positives));
    }

    /**
     * Cosine of the angle between two vectors: x.y / (|x| |y|), in [-1, 1]; 0 when either is all zero.
     *
     * @throws IllegalArgumentException the lengths differ
     */
    public static double cosine(float[] x, float[] y) {
        sameLength(x.length, y.length);
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (double) x[i] * y[i];
            xx += (double) x[i] * x[i];
            yy += (double) y[i] * y[i];
        }
        if (xx == 0 || yy == 0) {
            return 0;
        }
        return Math.clamp(xy / Math.sqrt(xx) / Math.sqrt(yy), -1, 1);
    }

    /**
     * Arithmetic mean.
     *
     * @throws IllegalArgumentException no values
     */
    public static double mean(double[] values) {
        notEmpty(values);
        double sum = 0;
        for (double v : values) {
            sum += v;
        }
        return sum / values.length;
    }

    /** {@link #quantile} at one half: the middle value, or the mean of the two middle ones. */
    public static double median(double[] values) {
        return quantile(values, 0.5);
    }

    /**
     * The q-quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, "Sample Quantiles in
     * Statistical Packages", 1996; the default of R and NumPy): with h = (n - 1) q, the sorted value at h, straight
     * lines between whole positions.
     *
     * @param values in any order; left as they are
     * @param q in [0, 1]
     * @throws IllegalArgumentException no values, or q outside [0, 1]
     */
    public static double quantile(double[] values, double q) {
        notEmpty(values);
        if (!(q >= 0 && q <= 1)) {
            throw new IllegalArgumentException("a quantile is asked for in [0, 1], found " + q);
        }
        if (hasNaN(values)) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double h = (sorted.length - 1) * q;
        int below = (int) h;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (h - below) * (sorted[above] - sorted[below]);
    }

    private static boolean hasNaN(double[] values) {
        for (double v : values) {
            if (Double.isNaN(v)) {
                return true;
            }
        }
        return false;
    }

    private static void sameLength(int x, int y) {
        if (x != y) {
            throw new IllegalArgumentException("lengths differ: " + x + " and " + y);
        }
    }

    private static void notEmpty(double[] values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values");
        }
    }
}
