package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.report.Metrics;
import java.util.stream.IntStream;

/**
 * What one contestant of a case did.
 *
 * @param seconds    of one call, round by round
 * @param share      of what the machine allows: the longer of the times for its arithmetic and for its bytes, over its median
 * @param difference largest of its sampled outputs to the definition's, relative to the largest of those
 * @param fault      why its times do not count; empty when all is well
 */
record Measured(String name, Role role, int threads, double sparsity, double flops, double bytes, double[] seconds, double share, double difference,
                String fault) {

    boolean sound() {
        return fault.isEmpty() && seconds.length > 0;
    }

    double median() {
        return sound() ? Metrics.median(seconds) : Double.NaN;
    }

    /** Distance between the quartiles over the median. */
    double spread() {
        return sound() ? (Metrics.quantile(seconds, 0.75) - Metrics.quantile(seconds, 0.25)) / median() : Double.NaN;
    }

    /** How many times as fast as {@code other} when each had its best round: what a quiet machine would say. */
    double overAtBest(Measured other) {
        return sound() && other.sound() ? Metrics.quantile(other.seconds, 0) / Metrics.quantile(seconds, 0) : Double.NaN;
    }

    /** How many times as fast as {@code other} of the same case: the median over rounds, for a slow moment of the machine meets both in one round. */
    double over(Measured other) {
        if (!sound() || !other.sound()) {
            return Double.NaN;
        }
        return Metrics.median(IntStream.range(0, seconds.length).mapToDouble(r -> other.seconds[r] / seconds[r]).toArray());
    }
}
