package dev.filigree.retrieve.store;

import dev.filigree.retrieve.Effort;
import dev.filigree.retrieve.Exhaustive;
import dev.filigree.retrieve.Hits;
import dev.filigree.retrieve.Live;
import dev.filigree.retrieve.Searcher;
import dev.filigree.retrieve.SparseVector;
import dev.filigree.retrieve.Top;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * An index as it was at a commit: what is added, deleted or merged meanwhile is not seen. Documents have numbers, which mean nothing in
 * another snapshot. Many threads may use it; what it shows stays mapped until it is closed.
 */
public final class Snapshot implements AutoCloseable {

    private final View view;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param view is held already */
    Snapshot(View view) {
        this.view = view;
    }

    /** Number of the commit. */
    public long commit() {
        return view.manifest().commit();
    }

    /** Documents that were not deleted. */
    public long documents() {
        return view.manifest().segments().stream().mapToLong(Manifest.Segment::live).sum();
    }

    /** Terms that vectors of this index may have. */
    public int vocabulary() {
        return view.manifest().vocabulary();
    }

    /** The best documents, nearly all of them: as many as {@code effort} finds. In small segments all are found with any effort. */
    public Hits search(SparseVector query, int k, Effort effort) {
        return search(query, k, s -> s.searcher(effort));
    }

    /** The best documents, found by scoring every one. */
    public Hits searchAll(SparseVector query, int k) {
        return search(query, k, s -> new Exhaustive(s.vectors()));
    }

    private Hits search(SparseVector query, int k, Function<OpenSegment, Searcher> searcher) {
        requireOpen();
        Top top = new Top();
        top.begin(k);
        for (int s = 0; s < view.segments().size(); s++) {
            Bits deleted = view.deleted(s);
            Hits found = searcher.apply(view.segments().get(s)).search(query, k, deleted.count() == 0 ? Live.ALL : d -> !deleted.get(d));
            for (int i = 0; i < found.size(); i++) {
                top.offer(view.first(s) + found.documents()[i], found.scores()[i]);
            }
        }
        return top.hits();
    }

    /** The hits with what their documents are. */
    public List<Hit> read(Hits hits) {
        List<Hit> all = new ArrayList<>(hits.size());
        for (int i = 0; i < hits.size(); i++) {
            all.add(new Hit(id(hits.documents()[i]), hits.scores()[i], content(hits.documents()[i])));
        }
        return all;
    }

    public String id(int document) {
        requireOpen();
        int s = view.segmentOf(document);
        return view.segments().get(s).documents().id(document - view.first(s));
    }

    public String content(int document) {
        requireOpen();
        int s = view.segmentOf(document);
        return view.segments().get(s).documents().content(document - view.first(s));
    }

    /** The vector of a document as it is held, its weights rounded to binary16. */
    public SparseVector vector(int document) {
        requireOpen();
        int s = view.segmentOf(document);
        return view.segments().get(s).vectors().vector(document - view.first(s));
    }

    /** The number of the document with this id; none where it was not added or is deleted. */
    public OptionalInt find(String id) {
        requireOpen();
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        for (int s = 0; s < view.segments().size(); s++) {
            int d = view.segments().get(s).documents().find(bytes, view.deleted(s));
            if (d >= 0) {
                return OptionalInt.of(view.first(s) + d);
            }
        }
        return OptionalInt.empty();
    }

    /** The terms that a query shares with a document, those that count most first. */
    public List<Match> explain(SparseVector query, int document) {
        return Match.of(query, vector(document));
    }

    private void requireOpen() {
        if (closed.get()) {
            throw new IllegalStateException("the snapshot is closed");
        }
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            view.release();
        }
    }
}
