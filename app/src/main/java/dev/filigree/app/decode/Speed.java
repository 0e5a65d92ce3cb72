package dev.filigree.app.decode;

import dev.filigree.report.Metrics;
import java.util.stream.IntStream;

/**
 * How fast one contestant made tokens.
 *
 * @param name    "dense", "16x1 80%", "half of the inputs zero" or another's name
 * @param weights in how many bits: fp32, bf16, int8, or the other's own word
 * @param bytes   of weights that a token needs; 0 where it is not known
 * @param seconds of a token, round by round
 * @param reads   seconds of a plain read of as many bytes in the same rounds; empty where they are not known
 */
public record Speed(String name, String weights, int threads, long bytes, double[] seconds, double[] reads) {

    double median() {
        return Metrics.median(seconds);
    }

    double tokens() {
        return 1 / median();
    }

    /** What the machine allows: seconds of the read over those of a token, the median over rounds; NaN where nothing was read. */
    double share() {
        return reads.length == 0 ? Double.NaN : Metrics.median(IntStream.range(0, seconds.length).mapToDouble(i -> reads[i] / seconds[i]).toArray());
    }

    /** How many times as fast as another: the median over rounds that alternated, for a slow moment of the machine meets both. */
    double over(Speed other) {
        int rounds = Math.min(seconds.length, other.seconds.length);
        return Metrics.median(IntStream.range(0, rounds).mapToDouble(i -> other.seconds[i] / seconds[i]).toArray());
    }

    /** Distance between the quartiles over the median. */
    double spread() {
        return (Metrics.quantile(seconds, 0.75) - Metrics.quantile(seconds, 0.25)) / median();
    }
}
