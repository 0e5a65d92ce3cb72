package dev.filigree.infer;

/**
 * One product as it was timed.
 *
 * @param microseconds median
 * @param spread       distance between the quartiles over the median
 * @param bytes        that the weight takes in this layout
 */
public record Reading(double microseconds, double spread, long bytes) {

    /** Above this a reading is doubtful, and reports say so. */
    public static final double STEADY = 0.2;

    boolean steady() {
        return spread <= STEADY;
    }

    Reading times(double factor) {
        return new Reading(microseconds * factor, spread, bytes);
    }
}
