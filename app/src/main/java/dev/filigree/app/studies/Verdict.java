package dev.filigree.app.studies;

import java.util.Locale;

/**
 * Whether a part of a claim holds here, computed from differences between paired runs (same seed): the claim is that they
 * are above a margin. It holds when the lower end of the 90 % interval of their mean (Student's t) is above the margin,
 * does not hold when the upper end is below it, and is too close to call in between. A single pair decides nothing.
 *
 * @param says     the part of the claim
 * @param mean     of the differences
 * @param half     half the width of the interval; NaN for a single pair
 * @param margin   that the differences must be above
 * @param outcome  what follows
 */
public record Verdict(String says, double mean, double half, double margin, Outcome outcome) {

    /** What follows. */
    public enum Outcome {
        HOLDS("holds"), DOES_NOT_HOLD("does not hold here"), TOO_CLOSE("too close to call at this size");

        private final String text;

        Outcome(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** 95 % points of Student's t for 1, 2 ... degrees of freedom. */
    private static final double[] T = {6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833};
    private static final double NORMAL = 1.645;

    /** Decides from one difference for each seed. */
    public static Verdict above(String says, double margin, Numbers differences) {
        int n = differences.bySeed().length;
        double mean = differences.mean();
        double half = n < 2 ? Double.NaN : (n - 2 < T.length ? T[n - 2] : NORMAL) * differences.deviation() / Math.sqrt(n);
        Outcome outcome = mean - half > margin ? Outcome.HOLDS : mean + half < margin ? Outcome.DOES_NOT_HOLD : Outcome.TOO_CLOSE;
        return new Verdict(says, mean, half, margin, outcome);
    }

    /** A line for a person. */
    public String line() {
        String interval = Double.isNaN(half) ? "one seed" : String.format(Locale.ROOT, "+- %.4f", half);
        return String.format(Locale.ROOT, "%s: %s (difference %+.4f, %s; must be above %.4f)", says, outcome, mean, interval, margin);
    }
}
