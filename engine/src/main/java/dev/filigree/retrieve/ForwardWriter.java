package dev.filigree.retrieve;

import dev.filigree.io.DType;
import dev.filigree.io.TensorSpool;
import java.nio.file.Path;
import java.util.Map;

/** Writes the file of a {@link ForwardIndex}, one vector after the other; what was not finished leaves nothing behind. */
public final class ForwardWriter implements AutoCloseable {

    private final int vocabulary;
    private final int termBytes;
    private final TensorSpool spool;
    private final TensorSpool.Part start;
    private final TensorSpool.Part entries;
    private int documents;
    private int written;

    /** @param vocabulary number of terms that there may be */
    public ForwardWriter(Path file, int vocabulary) {
        if (vocabulary < 1) {
            throw new IllegalArgumentException("a vocabulary has at least one term, found " + vocabulary);
        }
        this.vocabulary = vocabulary;
        this.termBytes = ForwardIndex.termBytes(vocabulary);
        this.spool = new TensorSpool(file);
        this.start = spool.part("start", DType.I32);
        this.entries = spool.part("entries", DType.U8);
        start.add(0);
    }

    /** @throws IllegalArgumentException when a term is not below the vocabulary, a weight too large, or the file would have 2^31 entries */
    public void add(SparseVector v) {
        if (v.size() > 0 && v.terms()[v.size() - 1] >= vocabulary) {
            throw new IllegalArgumentException("document " + documents + " holds term " + v.terms()[v.size() - 1] + ", expected numbers below " + vocabulary);
        }
        if (written > Integer.MAX_VALUE - v.size()) {
            throw new IllegalArgumentException("a forward index holds at most " + Integer.MAX_VALUE + " entries, begin another");
        }
        for (float w : v.weights()) {
            ForwardIndex.stored(w);
        }
        for (int term : v.terms()) {
            if (termBytes == Short.BYTES) {
                entries.add((short) term);
            } else {
                entries.add(term);
            }
        }
        for (float w : v.weights()) {
            entries.add(ForwardIndex.stored(w));
        }
        written += v.size();
        documents++;
        start.add(written);
    }

    /** Documents so far. */
    public int documents() {
        return documents;
    }

    /** Terms of all documents so far. */
    public int entries() {
        return written;
    }

    /** The file is there when this returns. */
    public void finish() {
        for (int i = 0; i < ForwardIndex.PADDING; i++) {
            entries.add((byte) 0);
        }
        spool.finish(Map.of("kind", "forward index", "vocabulary", Integer.toString(vocabulary)));
    }

    @Override
    public void close() {
        spool.close();
    }
}
