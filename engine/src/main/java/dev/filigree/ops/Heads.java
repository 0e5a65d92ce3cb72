package dev.filigree.ops;

/**
 * How attention cuts its features: {@code count} heads of {@code size} features.
 *
 * @param causal whether a token sees only those before it and itself
 */
public record Heads(int count, int size, boolean causal) {

    /** Heads that see the whole sequence. */
    public Heads(int count, int size) {
        this(count, size, false);
    }

    /** What scores are multiplied with, {@code 1 / sqrt(size)}. */
    public float scale() {
        return (float) (1 / Math.sqrt(size));
    }
}
