package dev.filigree.retrieve;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Postings;

/**
 * Adds up the scores of all documents of a range, list after list, then looks for the best of them. Terms come in their order, so
 * that every score is the sum of the same numbers in the same order as in {@link Exhaustive}: the same bits.
 */
public final class TermAtATime implements Searcher {

    private final Inverted lists;
    private final Postings kernels = Kernels.best().postings();
    private final Pool<Desk> desks;

    public TermAtATime(Inverted lists) {
        this.lists = lists;
        this.desks = new Pool<>(() -> new Desk(lists));
    }

    /** What a search needs to work. */
    static class Desk {

        final Top top = new Top();
        final KnownTerms query = new KnownTerms();
        final Floats scores;

        Desk(Inverted lists) {
            this.scores = Floats.allocate(Math.min(Inverted.RANGE, lists.forward.documents())); // no more to wipe than there is
        }
    }

    @Override
    public Hits search(SparseVector query, int k, Live live) {
        Desk desk = desks.take();
        desk.top.begin(k);
        desk.query.begin(query, lists.forward.vocabulary());
        for (int r = 0; r < lists.ranges(); r++) {
            search(r, desk, live);
        }
        Hits hits = desk.top.hits();
        desks.give(desk);
        return hits;
    }

    /** Offers the documents of one range. */
    void search(int range, Desk desk, Live live) {
        desk.scores.segment().fill((byte) 0);
        for (int i = 0; i < desk.query.count; i++) {
            int t = desk.query.terms[i];
            kernels.accumulate(lists.documents, lists.weights, lists.from(range, t), lists.to(range, t), desk.query.weights[i], desk.scores);
        }
        int size = lists.size(range);
        int first = range * Inverted.RANGE;
        for (int d = next(desk, 0, size); d < size; d = next(desk, d + 1, size)) {
            if (live.has(first + d)) {
                desk.top.offer(first + d, desk.scores.get(d));
            }
        }
    }

    private int next(Desk desk, int from, int to) {
        return kernels.next(desk.scores, from, to, Math.max(Float.MIN_VALUE, desk.top.threshold()));
    }
}
