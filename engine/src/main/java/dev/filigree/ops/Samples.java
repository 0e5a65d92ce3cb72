package dev.filigree.ops;

/**
 * Examples of one size each, with what is to be learned about them.
 *
 * @param x      {@code [samples x features]}
 * @param labels class of each sample; empty when there is none
 */
public record Samples(Value x, int[] labels) implements Labelled {

    public Samples {
        if (labels.length != 0 && labels.length != x.tokens()) {
            throw new IllegalArgumentException(labels.length + " labels for " + x.tokens() + " samples");
        }
    }

    @Override
    public int size() {
        return x.tokens();
    }
}
