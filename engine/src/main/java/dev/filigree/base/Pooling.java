package dev.filigree.base;

/** How the token vectors of a sentence become one vector. */
public enum Pooling {
    /** The mean over all real tokens, special tokens included. */
    MEAN,
    /** The vector of the first token. */
    CLS
}
