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

    @Override
    public String name() {
        return name;
    }

    @Override
    public Weight forward() {
        return weight;
    }

    public void set(Weight replacement) {
        weight = replacement;
    }

    @Override
    public String toString() {
        return name + " " + weight.layout() + " [" + weight.rows() + " x " + weight.cols() + "]";
    }
}
