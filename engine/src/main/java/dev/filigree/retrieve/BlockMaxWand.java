package dev.filigree.retrieve;

/**
 * Block-max WAND (Ding and Suel 2011), document after document: lists are kept in the order of the documents at which they stand.
 * The first lists that together can lift a document among the best name the pivot; where the maxima of their blocks cannot, all move past
 * the nearest end of a block, else they move to the pivot, and when all stand there it is scored. What may be among the best by this
 * sum is scored once more by the forward index, so that scores have the bits of {@link Exhaustive}.
 */
public final class BlockMaxWand implements Searcher {

    private final Inverted lists;
    private final BlockMaxima blocks;
    private final Pool<Desk> desks;

    public BlockMaxWand(Inverted lists) {
        this.lists = lists;
        this.blocks = BlockMaxima.of(lists, lists.forward.vocabulary());
        this.desks = new Pool<>(Desk::new);
    }

    private final class Desk {

        final Top top = new Top();
        final KnownTerms query = new KnownTerms();
        final Cursors at = new Cursors(lists, blocks);
        final float[] dense = new float[lists.forward.vocabulary()];

        float bound() {
            return query.bound(top.threshold());
        }
    }

    /** Bytes that block maxima take beside the lists. */
    public long bytes() {
        return blocks.bytes();
    }

    @Override
    public Hits search(SparseVector query, int k, Live live) {
        Desk desk = desks.take();
        desk.top.begin(k);
        desk.query.begin(query, desk.dense.length);
        desk.query.spread(desk.dense);
        for (int r = 0; r < lists.ranges(); r++) {
            desk.at.begin(r, desk.query);
            search(r * Inverted.RANGE, desk, live);
        }
        desk.query.wipe(desk.dense);
        Hits hits = desk.top.hits();
        desks.give(desk);
        return hits;
    }

    private void search(int first, Desk desk, Live live) {
        Cursors at = desk.at;
        float bound = desk.bound();
        for (int last = pivot(at, bound); last >= 0; last = pivot(at, bound)) {
            int pivot = at.document(last);
            float most = 0;
            for (int i = 0; i <= last; i++) {
                most += at.mostAt(i, pivot);
            }
            if (most < bound) {
                at.advance(last + 1, beyond(at, last));
            } else if (at.document(0) < pivot) {
                at.advance(last + 1, pivot);
            } else {
                if (live.has(first + pivot)) {
                    float sum = 0;
                    for (int i = 0; i <= last; i++) {
                        sum += at.product(i);
                    }
                    if (sum >= bound) {
                        desk.top.offer(first + pivot, lists.forward.dot(first + pivot, desk.dense));
                        bound = desk.bound();
                    }
                }
                at.advance(last + 1, pivot + 1);
            }
        }
    }

    /** The last of the first places that together reach the bound, with those behind it that stand at the same document; -1 when none do. */
    private static int pivot(Cursors at, float bound) {
        float most = 0;
        for (int i = 0; i < at.count && at.document(i) < Cursors.END; i++) {
            most += at.most(i);
            if (most >= bound) {
                int last = i;
                while (last + 1 < at.count && at.document(last + 1) == at.document(i)) {
                    last++;
                }
                return last;
            }
        }
        return -1;
    }

    /** The first document that is not known to fall short: past the nearest end of a block, or where the next list stands. */
    private static int beyond(Cursors at, int last) {
        int next = last + 1 < at.count ? at.document(last + 1) : Cursors.END;
        for (int i = 0; i <= last; i++) {
            next = Math.min(next, at.lastOfBlock(i) + 1);
        }
        return next;
    }
}
