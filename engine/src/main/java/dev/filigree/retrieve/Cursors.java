package dev.filigree.retrieve;

/** Where a search stands in the lists of one range, document by document. */
final class Cursors {

    /** The document of a list that has ended. */
    static final int END = Inverted.RANGE;

    private final Inverted lists;
    private final BlockMaxima blocks;

    /** The cursors by their document, the smallest first. */
    int[] order = new int[64];
    int count;

    private int[] document = new int[64];
    private int[] posting = new int[64];
    private int[] from = new int[64];
    private int[] to = new int[64];
    private int[] firstBlock = new int[64];
    private int[] block = new int[64];
    private float[] weight = new float[64];
    private float[] most = new float[64];

    Cursors(Inverted lists, BlockMaxima blocks) {
        this.lists = lists;
        this.blocks = blocks;
    }

    /** Puts a cursor before each list of the query that has postings in the range. */
    void begin(int range, KnownTerms query) {
        if (order.length < query.count) {
            int room = 2 * query.count;
            order = new int[room];
            document = new int[room];
            posting = new int[room];
            from = new int[room];
            to = new int[room];
            firstBlock = new int[room];
            block = new int[room];
            weight = new float[room];
            most = new float[room];
        }
        count = 0;
        for (int i = 0; i < query.count; i++) {
            int t = query.terms[i];
            if (lists.from(range, t) < lists.to(range, t)) {
                int c = count++;
                from[c] = lists.from(range, t);
                to[c] = lists.to(range, t);
                firstBlock[c] = blocks.start().get(lists.part(range, t));
                block[c] = firstBlock[c];
                weight[c] = query.weights[i];
                most[c] = weight[c] * lists.heaviest(range, t);
                posting[c] = from[c];
                document[c] = lists.documents.get(from[c]);
                order[c] = c;
                settle(c);
            }
        }
    }

    int document(int place) {
        return document[order[place]];
    }

    /** What a list can add at most. */
    float most(int place) {
        return most[order[place]];
    }

    /** What it adds to the document at which it stands. */
    float product(int place) {
        return weight[order[place]] * lists.weight(posting[order[place]]);
    }

    /** What it can add at most to a document, which is not before the one where it stands; looks into no postings. */
    float mostAt(int place, int wanted) {
        int c = order[place];
        if (!toBlock(c, wanted)) {
            return 0;
        }
        return weight[c] * blocks.heaviest(block[c]);
    }

    /** The last document of the block that {@link #mostAt} looked at; one before the end of the range when there is none. */
    int lastOfBlock(int place) {
        int c = order[place];
        return ended(c) ? END - 1 : blocks.last().get(block[c]);
    }

    private boolean ended(int c) {
        return (block[c] - firstBlock[c]) * BlockMaxima.BLOCK >= to[c] - from[c];
    }

    /** Goes to the block that reaches {@code wanted}; false when none does. */
    private boolean toBlock(int c, int wanted) {
        while (!ended(c) && blocks.last().get(block[c]) < wanted) {
            block[c]++;
        }
        return !ended(c);
    }

    /** Moves the cursors of the first places to the first document from {@code wanted} on, and puts all in order again. */
    void advance(int places, int wanted) {
        for (int i = 0; i < places; i++) {
            move(order[i], wanted);
        }
        for (int i = places - 1; i >= 0; i--) {
            sink(i);
        }
    }

    private void move(int c, int wanted) {
        if (!toBlock(c, wanted)) {
            document[c] = END;
            return;
        }
        int p = Math.max(posting[c], from[c] + (block[c] - firstBlock[c]) * BlockMaxima.BLOCK);
        while (lists.documents.get(p) < wanted) {
            p++;
        }
        posting[c] = p;
        document[c] = lists.documents.get(p);
    }

    /** Moves the last of the ordered cursors down to its place. */
    private void settle(int c) {
        int at = c;
        for (; at > 0 && document[order[at - 1]] > document[c]; at--) {
            order[at] = order[at - 1];
        }
        order[at] = c;
    }

    /** Moves the cursor at a place up to its place; those behind it are in order. */
    private void sink(int place) {
        int c = order[place];
        int at = place;
        for (; at + 1 < count && document[order[at + 1]] < document[c]; at++) {
            order[at] = order[at + 1];
        }
        order[at] = c;
    }
}
