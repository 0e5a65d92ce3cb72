package dev.filigree.retrieve;

import java.util.Arrays;

/** What one search needs to work; empty between searches. */
final class Desk {

    final Top top = new Top();
    /** The weight of each term. */
    final float[] query;
    /** A score for each block of the list at hand. */
    float[] scores = new float[256];
    private long[] order = new long[64];
    private int chosen;
    private final long[] seen;
    private int[] seenWords = new int[256];
    private int seenCount;

    Desk(ForwardIndex index) {
        this.query = new float[index.vocabulary()];
        this.seen = new long[Math.ceilDiv(index.documents(), Long.SIZE)];
    }

    void begin(SparseVector q, int k, int mostTerms) {
        top.begin(k);
        order = order.length < q.size() ? new long[2 * q.size()] : order;
        int count = 0;
        for (int i = 0; i < q.size() && q.terms()[i] < query.length; i++) {
            query[q.terms()[i]] = q.weights()[i];
            order[count++] = (long) -Float.floatToRawIntBits(q.weights()[i]) << 32 | q.terms()[i];
        }
        Arrays.sort(order, 0, count);
        chosen = Math.min(count, mostTerms);
    }

    /** Terms whose lists are looked at. */
    int chosen() {
        return chosen;
    }

    /** Term {@code i} of these, the heaviest first. */
    int term(int i) {
        return (int) order[i];
    }

    void room(int blocks) {
        if (scores.length < blocks) {
            scores = new float[2 * blocks];
        }
    }

    /** Whether this is the first time that a document is seen. */
    boolean first(int document) {
        long word = seen[document >>> 6];
        long bit = 1L << document;
        if ((word & bit) != 0) {
            return false;
        }
        if (word == 0) {
            if (seenCount == seenWords.length) {
                seenWords = Arrays.copyOf(seenWords, 2 * seenCount);
            }
            seenWords[seenCount++] = document >>> 6;
        }
        seen[document >>> 6] = word | bit;
        return true;
    }

    void clear(SparseVector q) {
        for (int i = 0; i < q.size() && q.terms()[i] < query.length; i++) {
            query[q.terms()[i]] = 0;
        }
        for (int i = 0; i < seenCount; i++) {
            seen[seenWords[i]] = 0;
        }
        seenCount = 0;
    }
}
