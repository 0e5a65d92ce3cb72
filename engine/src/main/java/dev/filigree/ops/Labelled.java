package dev.filigree.ops;

/** A batch that says which class each of its outcomes should be. */
public interface Labelled extends Batch {

    /** The class of each outcome, in the order of the model's result; -1 where nothing is judged. */
    int[] labels();
}
