package dev.filigree.retrieve;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.SparseDots;
import dev.filigree.kernel.TermTable;
import java.util.Arrays;

/** What one search needs to work; empty between searches. It grows to what the largest search needs, so that others make no garbage. */
final class Desk {

    final Top top = new Top();
    final TermTable query;
    /** Hashes of the terms of the query, and their weights. */
    Ints hashes = Ints.allocate(64);
    Floats weights = Floats.allocate(64);
    int terms;
    /** Scores of the summaries of one list. */
    final Floats scores = Floats.allocate(ListOfBlocks.MOST_BLOCKS);
    /** Blocks that may be looked at, as the bits of their score and, below them, their number: see {@link #key}. */
    long[] blocks = new long[1024];
    int blockCount;
    /** Documents that are being scored, and their scores. */
    Ints numbers = Ints.allocate(64);
    Floats products = Floats.allocate(64);
    private long[] order = new long[64];
    private final long[] seen;
    private int[] seenWords = new int[1024];
    private int seenCount;

    Desk(ForwardIndex index) {
        this.query = new TermTable(index.vocabulary());
        this.seen = new long[Math.ceilDiv(index.documents(), Long.SIZE)];
    }

    void begin(SparseVector q, int k) {
        top.begin(k);
        if (order.length < q.size()) {
            order = new long[2 * q.size()];
            hashes = Ints.allocate(2 * q.size());
            weights = Floats.allocate(2 * q.size());
        }
        terms = 0;
        blockCount = 0;
        for (int i = 0; i < q.size() && q.terms()[i] < query.terms(); i++) {
            query.put(q.terms()[i], q.weights()[i]);
            hashes.set(terms, SparseDots.hash(q.terms()[i]));
            weights.set(terms, q.weights()[i]);
            order[terms++] = (long) -Float.floatToRawIntBits(q.weights()[i]) << 32 | q.terms()[i];
        }
        Arrays.sort(order, 0, terms);
    }

    /** Term {@code i} of the query, the heaviest first. */
    int term(int i) {
        return (int) order[i];
    }

    /** A block with its score, zero or more: smaller keys are those of higher scores. */
    static long key(float score, int block) {
        return (long) ~Float.floatToRawIntBits(score) << 32 | block;
    }

    static float score(long key) {
        return Float.intBitsToFloat(~(int) (key >>> 32));
    }

    void roomForBlocks(int more) {
        if (blocks.length < blockCount + more) {
            blocks = Arrays.copyOf(blocks, 2 * (blockCount + more));
        }
    }

    void roomForDocuments(int count) {
        if (numbers.length() < count) {
            numbers = Ints.allocate(2 * count);
            products = Floats.allocate(2 * count);
        }
    }

    /** Notes a document that is alive and was not seen before, as number {@code count}; returns how many are noted then. */
    int note(int document, Live live, int count) {
        if (first(document) && live.has(document)) {
            numbers.set(count, document);
            return count + 1;
        }
        return count;
    }

    private boolean first(int document) {
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
        for (int i = 0; i < terms; i++) {
            query.remove(q.terms()[i]);
        }
        for (int i = 0; i < seenCount; i++) {
            seen[seenWords[i]] = 0;
        }
        seenCount = 0;
    }
}
