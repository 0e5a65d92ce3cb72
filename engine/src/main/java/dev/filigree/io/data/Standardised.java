package dev.filigree.io.data;

import java.util.Arrays;

/**
 * Examples whose every number is read as {@code (x - mean) / deviation}, by the statistics of what is learned from.
 *
 * @param all       the examples as they were measured
 * @param mean      of each number of an example
 * @param deviation of each, 1 where it never changes
 */
public record Standardised(Examples all, float[] mean, float[] deviation) implements Derived {

    /** By their own statistics. */
    public static Standardised of(Examples raw) {
        int size = raw.shape().size();
        float[] example = new float[size];
        double[] sum = new double[size];
        for (int i = 0; i < raw.count(); i++) {
            raw.read(i, example);
            for (int f = 0; f < size; f++) {
                sum[f] += example[f];
            }
        }
        double[] squares = new double[size];
        for (int i = 0; i < raw.count(); i++) {
            raw.read(i, example);
            for (int f = 0; f < size; f++) {
                double off = example[f] - sum[f] / raw.count();
                squares[f] += off * off;
            }
        }
        float[] mean = new float[size];
        float[] deviation = new float[size];
        for (int f = 0; f < size; f++) {
            mean[f] = (float) (sum[f] / raw.count());
            deviation[f] = squares[f] == 0 ? 1 : (float) Math.sqrt(squares[f] / raw.count());
        }
        return new Standardised(raw, mean, deviation);
    }

    /** Others by the same statistics. */
    public Standardised like(Examples others) {
        return new Standardised(others, mean, deviation);
    }

    @Override
    public void read(int example, float[] out) {
        all.read(example, out);
        for (int f = 0; f < mean.length; f++) {
            out[f] = (out[f] - mean[f]) / deviation[f];
        }
    }

    @Override
    public String fingerprint() {
        return all.fingerprint() + "-" + Integer.toHexString(Arrays.hashCode(mean));
    }
}
