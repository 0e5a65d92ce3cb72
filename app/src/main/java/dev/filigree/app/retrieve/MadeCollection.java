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

/** A collection that is made up. */
public final class MadeCollection implements Vectors {

    private static final int CHUNK = 4096;

    private final GeneratedCollection collection;
    private final int documents;

    /** @param documents that it has */
    public MadeCollection(CollectionSettings settings, int documents, long seed) {
        this.collection = new GeneratedCollection(settings, seed);
        this.documents = documents;
    }

    @Override
    public int documents() {
        return documents;
    }

    /** Made on several threads, in bounded memory. */
    @Override
    public void write(Path file, Parallel parallel, LongConsumer progress) {
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

    @Override
    public List<SparseVector> queries(int most) {
        List<SparseVector> queries = new ArrayList<>();
        for (int q = 0; q < most; q++) {
            queries.add(collection.query(q));
        }
        return queries;
    }
}
