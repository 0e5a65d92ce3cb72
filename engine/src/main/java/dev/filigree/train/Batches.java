package dev.filigree.train;

import dev.filigree.ops.Batch;

/** Examples in an order that a seed decides, batch after batch without end. */
public interface Batches extends Stateful {

    /** The next batch; valid until the one after it is asked for. */
    Batch next();

    /** Examples a batch. */
    int size();

    /** Examples in the whole set. */
    int count();

    /** Epochs begun before the present one. */
    long epoch();

    /** A checksum of the examples and how they are drawn: a run is resumed only with the same data. */
    String fingerprint();
}
