package dev.filigree.ops;

/** Token ids of some sequences, end to end: what a language model takes. */
public interface Sequences extends Batch {

    /** One id a token. */
    int[] ids();

    /** Where each sequence lies. */
    Spans spans();

    /** Place of each token in its sequence, what came before this batch included. */
    int[] positions();

    /** What attention of a block remembers of the tokens before this batch, and is to remember of these; null where sequences begin here. */
    default Past past(int block) {
        return null;
    }
}
