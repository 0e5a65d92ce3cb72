package dev.filigree.ops;

import dev.filigree.tensor.Weight;

/**
 * A parameter that holds one weight, which pruning and packing replace. It may show products another weight than the one
 * that is trained: survivors of a dense one, chosen anew while it is trained.
 */
public final class Held implements Param {

    private final String name;
    private volatile Weight weight;
    private volatile Weight seen; // by products, when they do not see the weight itself
    private volatile WayBack wayBack; // null for the transpose of what is seen

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
        Weight s = seen;
        return s == null ? backward() : s;
    }

    @Override
    public Weight backward() {
        Weight w = weight;
        if (w == null) {
            throw new IllegalStateException(name + " has no values yet");
        }
        return w;
    }

    /** Whether products see another weight than the one that is trained. */
    public boolean projected() {
        return seen != null;
    }

    @Override
    public WayBack wayBack() {
        return wayBack;
    }

    /**
     * Shows products {@code forward} instead of the weight from now on, which stays what is trained until the next {@link #set}.
     *
     * @param back what they see on the way back, or null for the transpose of {@code forward}
     */
    public void project(Weight forward, WayBack back) {
        seen = forward;
        wayBack = back;
    }

    /** Holds another weight, for products and training alike. */
    public void set(Weight replacement) {
        seen = null;
        wayBack = null;
        weight = replacement;
    }

    @Override
    public String toString() {
        Weight w = weight;
        return w == null ? name + " without values" : name + " " + w.layout() + " [" + w.rows() + " x " + w.cols() + "]";
    }
}
