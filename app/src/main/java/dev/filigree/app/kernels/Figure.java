package dev.filigree.app.kernels;

import dev.filigree.report.Metrics;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One figure to reach, and what was reached: at the worst place, because a figure is a promise for every one.
 *
 * @param what    "csr at 80 % sparsity over native dense"
 * @param unit    how values are written
 * @param aim     the value to reach
 * @param atMost  whether smaller is better
 * @param scores  one for each place where it was measured
 * @param bound   what stands in the way where it is missed; empty when nothing is known
 */
record Figure(String family, String what, int threads, Unit unit, double aim, boolean atMost, List<Score> scores, String bound) {

    /** How the values of a figure are written. */
    enum Unit { RATIO, PERCENT }

    /** @param where a case, in words */
    record Score(String where, double value) {
    }

    Figure {
        scores = scores.stream().filter(s -> !Double.isNaN(s.value)).toList();
    }

    static Figure atLeast(String family, String what, int threads, Unit unit, double aim, List<Score> scores) {
        return new Figure(family, what, threads, unit, aim, false, scores, "");
    }

    static Figure atMost(String family, String what, int threads, Unit unit, double aim, List<Score> scores) {
        return new Figure(family, what, threads, unit, aim, true, scores, "");
    }

    /** The same with a word on what stands in the way. */
    Figure boundBy(String why) {
        return new Figure(family, what, threads, unit, aim, atMost, scores, why);
    }

    Optional<Score> worst() {
        Comparator<Score> byValue = Comparator.comparingDouble(Score::value);
        return scores.stream().min(atMost ? byValue.reversed() : byValue);
    }

    double median() {
        return scores.isEmpty() ? Double.NaN : Metrics.median(scores.stream().mapToDouble(Score::value).toArray());
    }

    long met() {
        return scores.stream().filter(s -> meets(s.value)).count();
    }

    /** Whether the aim is met everywhere. */
    boolean reached() {
        return !scores.isEmpty() && met() == scores.size();
    }

    private boolean meets(double value) {
        return atMost ? value <= aim : value >= aim;
    }
}
