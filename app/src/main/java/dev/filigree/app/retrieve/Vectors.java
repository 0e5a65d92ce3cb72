package dev.filigree.app.retrieve;

import dev.filigree.base.Parallel;
import dev.filigree.retrieve.SparseVector;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** Documents and queries that searchers are measured on. */
public interface Vectors {

    /** Number of documents. */
    int documents();

    /** Writes the documents as the file of a forward index. */
    void write(Path file, Parallel parallel, LongConsumer progress);

    /** The first {@code most} queries, or all where there are fewer. */
    List<SparseVector> queries(int most);
}
