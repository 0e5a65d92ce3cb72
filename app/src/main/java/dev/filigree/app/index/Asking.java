package dev.filigree.app.index;

import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.TextEncoding;
import dev.filigree.retrieve.feedback.Feedback;
import dev.filigree.retrieve.store.Snapshot;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * How an index answers queries: as it is, then with a query that moved towards what was found, then mixed with what another index finds.
 *
 * @param effort   null where every document is scored
 * @param feedback null for none
 * @param other    null for none
 */
public record Asking(Snapshot index, int k, Effort effort, Feedback feedback, OtherIndex other) {

    /** Terms that a query may have after feedback: about as many as queries of learned encoders. */
    private static final int MOST_TERMS = 50;

    /** Documents of each ranking that is mixed, at least. */
    static final int DEPTH = 100;

    /** @param query with which it was found in the end: what feedback made of it */
    public record Answer(SparseVector query, Hits hits) {
    }

    /** @param encoded the query as another encoding has it */
    public Answer of(SparseVector query, Function<TextEncoding, SparseVector> encoded) {
        int depth = other == null ? k : Math.max(k, DEPTH);
        SparseVector asked = query;
        if (feedback != null) {
            List<SparseVector> first = Arrays.stream(search(query, feedback.documents()).documents()).mapToObj(index::vector).toList();
            asked = feedback.sparse(query, first, Math.max(MOST_TERMS, query.size()));
        }
        Hits hits = search(asked, depth);
        return new Answer(asked, other == null ? hits : other.mixed(hits, index, encoded, effort, depth, k));
    }

    private Hits search(SparseVector query, int most) {
        return search(index, query, most, effort);
    }

    static Hits search(Snapshot index, SparseVector query, int most, Effort effort) {
        return effort == null ? index.searchAll(query, most) : index.search(query, most, effort);
    }
}
