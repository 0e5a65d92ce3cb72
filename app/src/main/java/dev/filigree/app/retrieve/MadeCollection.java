package dev.filigree.app.retrieve;

import dev.filigree.base.Parallel;
import dev.filigree.retrieve.ForwardWriter;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.collection.CollectionSettings;
import dev.filigree.retrieve.collection.GeneratedCollection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Made documents in the file of a forward index, and made queries. */
public final class MadeCollection {

    private static final int CHUNK = 4096;

    private final GeneratedCollection collection;

    public MadeCollection(CollectionSettings settings, long seed) {
        this.collection = new GeneratedCollection(settings, seed);
    }

    /** Writes the first so many documents, made on several threads. */
    public void write(Path file, int documents, Parallel parallel, LongConsumer progress) {
        try (ForwardWriter out = new ForwardWriter(file, collection.settings().vocabulary())) {
            SparseVector[] chunk = new SparseVector[CHUNK];
            for (int from = 0; from < documents; from += CHUNK) {
                int first = from;
                int count = Math.min(CHUNK, documents - from);
                parallel.run(count, i -> chunk[i] = collection.document(first + i));
                for (int i = 0; i < count; i++) {
                    out.add(chunk[i]);
                }
                progress.accept(first + count);
            }
            out.finish();
        }
    }

    /** So many queries from number {@code from} on. */
    public List<SparseVector> queries(int from, int count) {
        List<SparseVector> queries = new ArrayList<>();
        for (int q = from; q < from + count; q++) {
            queries.add(collection.query(q));
        }
        return queries;
    }
}
