package dev.filigree.retrieve.corpus;

/** Entries one after the other. */
interface Source extends AutoCloseable {

    /** The next entry, or null after the last. */
    Entry next();

    @Override
    default void close() {
    }
}
