package dev.filigree.retrieve;

import static java.lang.foreign.ValueLayout.JAVA_CHAR_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import dev.filigree.io.Checkpoint;
import dev.filigree.io.DType;
import dev.filigree.io.Safetensors;
import dev.filigree.io.StoredTensor;
import dev.filigree.kernel.SparseDots;
import dev.filigree.kernel.TermTable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/**
 * The vectors of a collection, one document after the other, outside of the heap. Weights are held as binary16: what is
 * stored is what every search scores with. The terms of a document, rising, lie beside each other, and its weights behind them, so that
 * a document is one run of memory. Terms take 16 bits, or 32 where the vocabulary is larger than 65,536.
 */
public final class ForwardIndex {

    /** Largest weight that can be held. */
    public static final float MOST = 65504;

    /** Bytes behind the last document that vectors may read. */
    static final int PADDING = SparseDots.PADDING;

    /** The bits of {@link #MOST}. */
    static final int LARGEST_BITS = 0x7BFF;

    private static final int NARROW = 1 << 16;
    private static final int WEIGHT = Short.BYTES;

    private final int vocabulary;
    private final Ints start;
    private final MemorySegment entries;
    private final int termBytes;

    /**
     * @param start   entries before each document {@code [documents + 1]}
     * @param entries for each document its terms and then the bits of its weights, and {@value #PADDING} bytes more
     */
    ForwardIndex(int vocabulary, Ints start, MemorySegment entries) {
        this.vocabulary = vocabulary;
        this.start = start;
        this.entries = entries;
        this.termBytes = termBytes(vocabulary);
        check();
    }

    /** Copies of these vectors; weights are rounded, and what is too small for binary16 becomes the smallest that is not zero. */
    public static ForwardIndex of(int vocabulary, List<SparseVector> documents) {
        int count = Math.toIntExact(documents.stream().mapToLong(SparseVector::size).sum());
        int termBytes = termBytes(vocabulary);
        Ints start = Ints.allocate(documents.size() + 1);
        MemorySegment entries = Arena.ofAuto().allocate((long) count * (termBytes + WEIGHT) + PADDING, PADDING);
        for (int d = 0; d < documents.size(); d++) {
            SparseVector v = documents.get(d);
            long at = (long) start.get(d) * (termBytes + WEIGHT);
            for (int i = 0; i < v.size(); i++) {
                int term = v.terms()[i];
                if (term >= vocabulary) {
                    throw new IllegalArgumentException("document " + d + " holds term " + term + ", expected numbers below " + vocabulary);
                }
                if (termBytes == Short.BYTES) {
                    entries.set(JAVA_CHAR_UNALIGNED, at + 2L * i, (char) term);
                } else {
                    entries.set(JAVA_INT_UNALIGNED, at + 4L * i, term);
                }
                entries.set(JAVA_SHORT_UNALIGNED, at + (long) termBytes * v.size() + 2L * i, stored(v.weights()[i]));
            }
            start.set(d + 1, start.get(d) + v.size());
        }
        return new ForwardIndex(vocabulary, start, entries);
    }

    /**
     * Maps what a {@link ForwardWriter} wrote, as long as {@code arena} lives.
     *
     * @throws UserError naming the file, when it is no such file or damaged
     */
    public static ForwardIndex open(Path file, Arena arena) {
        Checkpoint stored = Safetensors.read(file, arena);
        try {
            if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
                throw new IllegalArgumentException("numbers are stored with the lowest byte first, and this processor has it last");
            }
            int vocabulary = Integer.parseInt(stored.metadata().getOrDefault("vocabulary", "none"));
            MemorySegment start = tensor(stored, "start", DType.I32).data();
            return new ForwardIndex(vocabulary, new Ints(start, Math.toIntExact(start.byteSize() / Integer.BYTES)), tensor(stored, "entries", DType.U8).data());
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new UserError(file + ": is no sound forward index: " + e.getMessage() + "; index the collection again", e);
        }
    }

    static StoredTensor tensor(Checkpoint stored, String name, DType type) {
        StoredTensor t = stored.tensor(name);
        if (t.type() != type || t.shape().length != 1) {
            throw new IllegalArgumentException(name + " is " + t.type() + " " + t.shapeText() + ", expected " + type + " in one row");
        }
        return t;
    }

    /** Places are checked here, once. */
    private void check() {
        int documents = start.length() - 1;
        if (vocabulary < 1 || documents < 0 || start.get(0) != 0 || (long) start.get(documents) * (termBytes + WEIGHT) + PADDING != entries.byteSize()) {
            throw new IllegalArgumentException("the starts of documents do not fit " + entries.byteSize() + " bytes and a vocabulary of " + vocabulary);
        }
        for (int d = 0; d < documents; d++) {
            if (start.get(d + 1) < start.get(d) || start.get(d + 1) > start.get(documents)) {
                throw new IllegalArgumentException("document " + d + " ends before it starts or after the last");
            }
            int before = -1;
            for (int i = 0; i < size(d); i++) {
                int term = term(d, i);
                if (term >= vocabulary || term <= before) {
                    throw new IllegalArgumentException("document " + d + " holds term " + term + ", expected rising numbers below " + vocabulary);
                }
                before = term;
                if (bits(d, i) < 1 || bits(d, i) > LARGEST_BITS) {
                    throw new IllegalArgumentException("document " + d + " holds a weight that is not a finite number above zero");
                }
            }
        }
    }

    static int termBytes(int vocabulary) {
        return vocabulary <= NARROW ? Short.BYTES : Integer.BYTES;
    }

    /** The bits of a weight as it is held. */
    static short stored(float weight) {
        if (weight > MOST) {
            throw new IllegalArgumentException("the weight " + weight + " is larger than " + MOST);
        }
        return (short) Math.max(1, Float.floatToFloat16(weight));
    }

    public int vocabulary() {
        return vocabulary;
    }

    public int documents() {
        return start.length() - 1;
    }

    /** Terms of all documents together. */
    public int entries() {
        return start.get(documents());
    }

    /** Bytes that it takes. */
    public long bytes() {
        return start.bytes() + entries.byteSize();
    }

    /** Number of terms of a document. */
    public int size(int document) {
        return start.get(document + 1) - start.get(document);
    }

    /** Term {@code i} of a document. */
    public int term(int document, int i) {
        long at = at(document);
        return termBytes == Short.BYTES ? entries.get(JAVA_CHAR_UNALIGNED, at + 2L * i) : entries.get(JAVA_INT_UNALIGNED, at + 4L * i);
    }

    /** The weight of term {@code i} of a document. */
    public float weight(int document, int i) {
        return Float.float16ToFloat(bits(document, i));
    }

    /** The same as it is held: of numbers above zero the bits are in the order of the numbers. */
    short bits(int document, int i) {
        return entries.get(JAVA_SHORT_UNALIGNED, at(document) + (long) termBytes * size(document) + (long) WEIGHT * i);
    }

    /** The inner products of some documents with a query, see {@link SparseDots#halves}. */
    void dots(SparseDots kernel, Ints numbers, int count, TermTable query, Floats out) {
        kernel.halves(start, entries, termBytes, numbers, count, query, out);
    }

    private long at(int document) {
        return (long) start.get(document) * (termBytes + WEIGHT);
    }

    /** The vector of a document as it is held. */
    public SparseVector vector(int document) {
        int[] t = new int[size(document)];
        float[] w = new float[t.length];
        for (int i = 0; i < t.length; i++) {
            t[i] = term(document, i);
            w[i] = weight(document, i);
        }
        return new SparseVector(t, w);
    }

    /**
     * The inner product of a document and a query, summed in the order of terms.
     *
     * @param query weight of each term {@code [vocabulary]}
     */
    public float dot(int document, float[] query) {
        float sum = 0;
        int size = size(document);
        for (int i = 0; i < size; i++) {
            sum += query[term(document, i)] * weight(document, i);
        }
        return sum;
    }
}
