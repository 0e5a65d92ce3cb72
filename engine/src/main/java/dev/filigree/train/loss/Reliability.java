package dev.filigree.train.loss;

import java.util.Arrays;

/**
 * How sure a model was of its predictions and how often it was right, gathered in {@value #BINS} bins of equal width over
 * the confidence (the largest of its probabilities). The expected calibration error (Guo et al. 2017, arXiv:1706.04599) is
 * {@code sum_b n_b / n |right_b / n_b - confidence_b / n_b|}.
 */
public final class Reliability {

    static final int BINS = 15;

    private final double[] confidence = new double[BINS];
    private final long[] right = new long[BINS];
    private final long[] count = new long[BINS];

    /** Adds a prediction; bin b holds confidences in {@code (b / 15, (b + 1) / 15]}. */
    void add(double sure, boolean wasRight) {
        int bin = Math.clamp((int) Math.ceil(sure * BINS) - 1, 0, BINS - 1);
        confidence[bin] += sure;
        right[bin] += wasRight ? 1 : 0;
        count[bin]++;
    }

    /** Adds what another gathered. */
    public void add(Reliability other) {
        for (int b = 0; b < BINS; b++) {
            confidence[b] += other.confidence[b];
            right[b] += other.right[b];
            count[b] += other.count[b];
        }
    }

    /** The expected calibration error, in [0, 1]; NaN when nothing was gathered. */
    public double error() {
        double sum = 0;
        long n = 0;
        for (int b = 0; b < BINS; b++) {
            sum += Math.abs(right[b] - confidence[b]);
            n += count[b];
        }
        return n == 0 ? Double.NaN : sum / n;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Reliability r && Arrays.equals(confidence, r.confidence) && Arrays.equals(right, r.right) && Arrays.equals(count, r.count);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(confidence) + 31 * Arrays.hashCode(count);
    }
}
