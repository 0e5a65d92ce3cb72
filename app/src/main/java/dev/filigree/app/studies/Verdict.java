package dev.filigree.app.studies;

import java.util.Locale;

/**
 * Whether a part of a claim holds here, computed from the 90 % interval (Student's t) of the mean of differences between
 * paired runs (same seed). A single pair decides nothing.
 *
 * <p>The claim that they are {@link #above} a margin holds when the whole interval is above it, does not hold when the whole
 * interval is below it, and is too close to call in between. The claim that they are {@link #within} a margin of zero holds
 * when the whole interval is, which is two one-sided tests at 5 % (Schuirmann 1987); it does not hold when no part of the
 * interval is, and is too close to call in between: that a difference could not be shown does not make it small.
 *
 * @param says     the part of the claim
 * @param mean     of the differences
 * @param half     half the width of the interval; NaN for a single pair
 * @param margin   that the differences must be above, or whose size they must not reach
 * @param form     which of both
 * @param outcome  what follows
 */
public record Verdict(String says, double mean, double half, double margin, Form form, Outcome outcome) {

    /** What is claimed of the differences. */
    public enum Form {
        ABOVE, WITHIN
    }

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
        double mean = differences.mean();
        double half = half(differences);
        Outcome outcome = mean - half > margin ? Outcome.HOLDS : mean + half < margin ? Outcome.DOES_NOT_HOLD : Outcome.TOO_CLOSE;
        return new Verdict(says, mean, half, margin, Form.ABOVE, outcome);
    }

    /** Decides whether there is no difference to speak of, from one difference for each seed. */
    public static Verdict within(String says, double margin, Numbers differences) {
        double mean = differences.mean();
        double half = half(differences);
        Outcome outcome = Math.abs(mean) + half < margin ? Outcome.HOLDS : Math.abs(mean) - half > margin ? Outcome.DOES_NOT_HOLD : Outcome.TOO_CLOSE;
        return new Verdict(says, mean, half, margin, Form.WITHIN, outcome);
    }

    private static double half(Numbers differences) {
        int n = differences.bySeed().length;
        return n < 2 ? Double.NaN : (n - 2 < T.length ? T[n - 2] : NORMAL) * differences.deviation() / Math.sqrt(n);
    }

    /** Whether a {@link #line} tells of this outcome. */
    static boolean says(String line, Outcome outcome) {
        return line.contains(": " + outcome + " (difference ");
    }

    /** A line for a person. */
    public String line() {
        String interval = Double.isNaN(half) ? "one seed" : String.format(Locale.ROOT, "+- %.4f", half);
        String demand = String.format(Locale.ROOT, form == Form.ABOVE ? "must be above %.4f" : "must stay within +- %.4f", margin);
        return String.format(Locale.ROOT, "%s: %s (difference %+.4f, %s; %s)", says, outcome, mean, interval, demand);
    }
}
