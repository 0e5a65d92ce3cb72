package dev.filigree.ops;

/**
 * Examples of one size each, with what is to be learned about them.
 *
 * @param x       {@code [samples x features]}, or images
 * @param labels  class of each sample; empty when there is none
 * @param targets what a model that learns without labels should give back
 */
public record Samples(Value x, int[] labels, Value targets) implements Labelled, Targeted {

    public Samples {
        if (labels.length != 0 && labels.length != x.examples()) {
            throw new IllegalArgumentException(labels.length + " labels for " + x.examples() + " samples");
        }
    }

    /** A model without labels to learn learns to give back what it was given. */
    public Samples(Value x, int[] labels) {
        this(x, labels, x);
    }

    @Override
    public int size() {
        return x.examples();
    }
}
