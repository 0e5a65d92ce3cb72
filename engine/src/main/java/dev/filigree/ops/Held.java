package dev.filigree.ops;

import dev.filigree.tensor.Weight;

/** A parameter that holds one weight, which pruning and packing replace. */
public final class Held implements Param {

    private final String name;
    private volatile Weight weight;

    public Held(String name, Weight weight) {
        this.name = name;
        this.weight = weight;
    }

    /** A parameter whose weight is yet to be born; it must be {@link #set} before it is read. */
    public Held(String name) {
        this(name, null);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Weight forward() {
        Weight w = weight;
        if (w == null) {
            throw new IllegalStateException(name + " has no values yet");
        }
        return w;
    }

    public void set(Weight replacement) {
        weight = replacement;
    }

    @Override
    public String toString() {
        Weight w = weight;
        return w == null ? name + " without values" : name + " " + w.layout() + " [" + w.rows() + " x " + w.cols() + "]";
    }
}
