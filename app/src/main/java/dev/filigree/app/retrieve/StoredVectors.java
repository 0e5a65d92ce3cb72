package dev.filigree.app.retrieve;

import dev.filigree.app.data.VectorLines;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.retrieve.ForwardWriter;
import dev.filigree.retrieve.SparseVector;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** A collection whose vectors some encoder made, in memory. */
public final class StoredVectors implements Vectors {

    private final int vocabulary;
    private final List<SparseVector> documents;
    private final List<SparseVector> queries;

    /**
     * @param documents file of JSON lines with vectors
     * @param queries   another one
     */
    public StoredVectors(Path documents, Path queries) {
        Map<String, Integer> numbers = new HashMap<>();
        this.documents = VectorLines.read(documents, false, numbers);
        this.queries = VectorLines.read(queries, true, numbers);
        this.vocabulary = numbers.size();
        if (this.documents.isEmpty() || this.queries.isEmpty()) {
            throw new UserError((this.documents.isEmpty() ? documents : queries) + ": holds no vector with terms");
        }
    }

    @Override
    public int documents() {
        return documents.size();
    }

    @Override
    public void write(Path file, Parallel parallel, LongConsumer progress) {
        try (ForwardWriter out = new ForwardWriter(file, vocabulary)) {
            documents.forEach(out::add);
            out.finish();
        }
        progress.accept(documents.size());
    }

    @Override
    public List<SparseVector> queries(int most) {
        return queries.subList(0, Math.min(most, queries.size()));
    }
}
