package dev.filigree.app.sparsify;

/**
 * One way to run the model on this machine. What was not measured is NaN (or -1 bytes).
 *
 * @param name     as tables show it
 * @param quality  against the dense model
 * @param bytes    of the file on disk
 * @param rate     sequences a second
 */
public record Contestant(String name, Quality quality, long bytes, double rate) {

    /** Whether {@code other} is at least as good in everything that both measured, and better in something. */
    boolean isBeatenEverywhereBy(Contestant other) {
        boolean asGood = other.rate >= rate && other.bytes <= bytes && other.quality.nearness() >= quality.nearness();
        boolean better = other.rate > rate || other.bytes < bytes || other.quality.nearness() > quality.nearness();
        return asGood && better;
    }
}
