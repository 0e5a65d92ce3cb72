package dev.filigree.retrieve;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Turns texts into sparse vectors, those of documents and those of queries: BM25 does, and trained encoders do. */
public interface TextEncoding extends AutoCloseable {

    /** What it is, in a word or two, for reports. */
    String name();

    /** The terms of its vectors. It may grow while documents are encoded; numbers that were given stay. */
    Vocabulary vocabulary();

    /** One vector for each text, in their order. */
    List<SparseVector> documents(List<String> texts);

    /** The vector of a query; without terms where nothing of it is known. */
    SparseVector query(String text);

    /**
     * Stores in a folder what it takes to turn queries into vectors, and documents, or where what documents need lies: an index keeps
     * this beside its segments.
     */
    void save(Path folder);

    /** What must stay in its place so that documents can be encoded, where {@link #save} stores a note of it alone; empty where it stores all. */
    default Optional<Path> outside() {
        return Optional.empty();
    }

    @Override
    default void close() {
    }
}
