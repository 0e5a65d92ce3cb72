package dev.filigree.ops;

/** A batch that says which numbers a model should give. */
public interface Targeted extends Batch {

    /** What the result should be, of its size and in its panels. */
    Value targets();
}
