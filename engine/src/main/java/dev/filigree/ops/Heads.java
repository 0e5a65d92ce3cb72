package dev.filigree.ops;

/** How attention cuts its features: {@code count} heads of {@code size} features. */
public record Heads(int count, int size) {

    /** What scores are multiplied with, {@code 1 / sqrt(size)}. */
    public float scale() {
        return (float) (1 / Math.sqrt(size));
    }
}
