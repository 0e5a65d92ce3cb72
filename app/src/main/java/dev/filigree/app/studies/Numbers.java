package dev.filigree.app.studies;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.ToDoubleFunction;

/** One number of a rival for each seed. */
public record Numbers(double... bySeed) {

    public Numbers {
        bySeed = bySeed.clone();
    }

    @Override
    public double[] bySeed() {
        return bySeed.clone();
    }

    /** A number of each result. */
    public static <R> Numbers of(Collection<R> results, ToDoubleFunction<R> number) {
        return new Numbers(results.stream().mapToDouble(number).toArray());
    }

    public double mean() {
        return Arrays.stream(bySeed).average().orElseThrow();
    }

    /** Standard deviation over seeds; NaN for one. */
    public double deviation() {
        double mean = mean();
        return bySeed.length < 2 ? Double.NaN : Math.sqrt(Arrays.stream(bySeed).map(v -> (v - mean) * (v - mean)).sum() / (bySeed.length - 1));
    }

    /** What a table shows of {@link #deviation}: nothing for a single seed. */
    public Double spread() {
        double deviation = deviation();
        return Double.isNaN(deviation) ? null : (Double) deviation;
    }

    /** How much more than another, seed by seed. */
    public Numbers minus(Numbers other) {
        double[] d = bySeed.clone();
        for (int i = 0; i < d.length; i++) {
            d[i] -= other.bySeed[i];
        }
        return new Numbers(d);
    }

    /** The share of another that this does without, seed by seed. */
    public Numbers savedOf(Numbers other) {
        double[] share = bySeed.clone();
        for (int i = 0; i < share.length; i++) {
            share[i] = 1 - share[i] / other.bySeed[i];
        }
        return new Numbers(share);
    }
}
