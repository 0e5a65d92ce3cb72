package dev.filigree.retrieve;

import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Postings;

/**
 * MaxScore (Turtle and Flood 1995) in ranges: lists that together cannot lift a document among the best are not read. The others
 * are added up, and what may still be among the best then is scored by the forward index, with the bits of {@link Exhaustive}. Lists
 * that add most for each posting come first; so many more are read than must be as make this cheaper than scoring what is left.
 * Until enough documents are found nothing can be left out, and a range is searched {@linkplain TermAtATime term at a time}.
 */
public final class MaxScore implements Searcher {

    /**
     * Postings that are added up in the time in which the forward index reads one entry: a document lies anywhere in memory, postings
     * lie in a row. It decides what is done first, never what is found.
     */
    private static final int SCATTERED = 4;

    private final Inverted lists;
    private final TermAtATime whole;
    private final Postings kernels = Kernels.best().postings();
    private final int perDocument;
    private final Pool<Desk> desks;

    public MaxScore(Inverted lists) {
        this.lists = lists;
        this.whole = new TermAtATime(lists);
        this.perDocument = SCATTERED * (lists.forward.entries() / Math.max(1, lists.forward.documents()) + 1);
        this.desks = new Pool<>(() -> new Desk(lists));
    }

    private static final class Desk extends TermAtATime.Desk {

        final float[] dense;
        /** Places in the query of the lists that have postings in this range, in the order in which they are read, and what each can add. */
        int[] order = new int[64];
        float[] most = new float[64];
        int count;
        /** What the lists from each place on can add together. */
        double[] rest = new double[65];

        Desk(Inverted lists) {
            super(lists);
            this.dense = new float[lists.forward.vocabulary()];
        }
    }

    @Override
    public Hits search(SparseVector query, int k, Live live) {
        Desk desk = desks.take();
        desk.top.begin(k);
        desk.query.begin(query, desk.dense.length);
        desk.query.spread(desk.dense);
        if (desk.order.length < desk.query.count) {
            desk.order = new int[2 * desk.query.count];
            desk.most = new float[desk.order.length];
            desk.rest = new double[desk.order.length + 1];
        }
        for (int r = 0; r < lists.ranges(); r++) {
            if (desk.top.full()) {
                search(r, desk, live);
            } else {
                whole.search(r, desk, live);
            }
        }
        desk.query.wipe(desk.dense);
        Hits hits = desk.top.hits();
        desks.give(desk);
        return hits;
    }

    private void search(int range, Desk desk, Live live) {
        long postings = arrange(range, desk);
        float bound = desk.query.bound(desk.top.threshold());
        if (desk.rest[0] < bound) {
            return;
        }
        desk.scores.segment().fill((byte) 0);
        long look = Long.MAX_VALUE; // postings left at which to count what may still be among the best
        int read = 0;
        for (; read < desk.count; read++) {
            if (desk.rest[read] < bound && postings <= look) {
                if ((long) perDocument * kernels.count(desk.scores, 0, lists.size(range), (float) (bound - desk.rest[read])) <= postings) {
                    break;
                }
                look = postings / 2;
            }
            int t = desk.query.terms[desk.order[read]];
            int from = lists.from(range, t);
            int to = lists.to(range, t);
            kernels.accumulate(lists.documents, lists.weights, from, to, desk.query.weights[desk.order[read]], desk.scores);
            postings -= to - from;
        }
        offer(range, desk, live, desk.rest[read]);
    }

    /** Sorts the lists of a range by what they can add for each posting; returns how many postings they have. */
    private long arrange(int range, Desk desk) {
        long postings = 0;
        desk.count = 0;
        for (int i = 0; i < desk.query.count; i++) {
            int length = length(range, desk, i);
            if (length > 0) {
                float most = desk.query.weights[i] * lists.heaviest(range, desk.query.terms[i]);
                int at = desk.count++;
                for (; at > 0 && (double) most * length(range, desk, desk.order[at - 1]) > (double) desk.most[at - 1] * length; at--) {
                    desk.order[at] = desk.order[at - 1];
                    desk.most[at] = desk.most[at - 1];
                }
                desk.order[at] = i;
                desk.most[at] = most;
                postings += length;
            }
        }
        desk.rest[desk.count] = 0;
        for (int i = desk.count - 1; i >= 0; i--) {
            desk.rest[i] = desk.rest[i + 1] + desk.most[i];
        }
        return postings;
    }

    private int length(int range, Desk desk, int i) {
        return lists.to(range, desk.query.terms[i]) - lists.from(range, desk.query.terms[i]);
    }

    private void offer(int range, Desk desk, Live live, double rest) {
        int size = lists.size(range);
        int first = range * Inverted.RANGE;
        for (int d = next(desk, 0, size, rest); d < size; d = next(desk, d + 1, size, rest)) {
            if (live.has(first + d)) {
                desk.top.offer(first + d, lists.forward.dot(first + d, desk.dense));
            }
        }
    }

    private int next(Desk desk, int from, int to, double rest) {
        return kernels.next(desk.scores, from, to, Math.max(Float.MIN_VALUE, (float) (desk.query.bound(desk.top.threshold()) - rest)));
    }
}
