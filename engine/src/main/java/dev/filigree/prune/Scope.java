package dev.filigree.prune;

/** Which weights compete with each other. */
public enum Scope {
    /** Those of one output. */
    ROW,
    /** Those of one weight matrix. */
    LAYER
}
