package dev.filigree.retrieve;

import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import java.util.Arrays;
import java.util.List;

/**
 * The vectors of a collection, one document after the other, outside of the heap. Weights are held as binary16: what is
 * stored is what every search scores with.
 *
 * @param vocabulary number of terms that there may be, at most 65,536
 * @param start      entries before each document {@code [documents + 1]}
 * @param terms      {@code [entries]}, rising in each document
 * @param weights    bits of binary16 {@code [entries]}
 */
public record ForwardIndex(int vocabulary, Ints start, Shorts terms, Shorts weights) {

    /** Largest weight that can be held. */
    public static final float MOST = 65504;

    /** Places are checked here, once. */
    public ForwardIndex {
        int documents = start.length() - 1;
        if (documents < 0 || start.get(0) != 0 || start.get(documents) != terms.length() || terms.length() != weights.length()) {
            throw new IllegalArgumentException("the starts of documents do not fit " + terms.length() + " terms and " + weights.length() + " weights");
        }
        for (int d = 0; d < documents; d++) {
            if (start.get(d + 1) < start.get(d)) {
                throw new IllegalArgumentException("document " + d + " ends before it starts");
            }
            for (int i = start.get(d); i < start.get(d + 1); i++) {
                if (terms.get(i) >= vocabulary || i > start.get(d) && terms.get(i) <= terms.get(i - 1)) {
                    throw new IllegalArgumentException("document " + d + " holds term " + terms.get(i) + ", expected rising numbers below " + vocabulary);
                }
            }
        }
    }

    /** Copies of these vectors; weights are rounded, and what is too small for binary16 becomes the smallest that is not zero. */
    public static ForwardIndex of(int vocabulary, List<SparseVector> documents) {
        int entries = Math.toIntExact(documents.stream().mapToLong(SparseVector::size).sum());
        Ints start = Ints.allocate(documents.size() + 1);
        Shorts terms = Shorts.allocate(entries);
        Shorts weights = Shorts.allocate(entries);
        int at = 0;
        for (int d = 0; d < documents.size(); d++) {
            SparseVector v = documents.get(d);
            for (int i = 0; i < v.size(); i++, at++) {
                terms.set(at, v.terms()[i]);
                weights.set(at, stored(v.weights()[i]));
            }
            start.set(d + 1, at);
        }
        return new ForwardIndex(vocabulary, start, terms, weights);
    }

    /** The bits of a weight as it is held. */
    static int stored(float weight) {
        if (weight > MOST) {
            throw new IllegalArgumentException("the weight " + weight + " is larger than " + MOST);
        }
        return Math.max(1, Float.floatToFloat16(weight) & 0xFFFF);
    }

    public int documents() {
        return start.length() - 1;
    }

    /** Terms of all documents together. */
    public int entries() {
        return terms.length();
    }

    /** Number of terms of a document. */
    public int size(int document) {
        return start.get(document + 1) - start.get(document);
    }

    /** Term {@code i} of a document. */
    public int term(int document, int i) {
        return terms.get(start.get(document) + i);
    }

    /** The bits of a weight as it is held: of numbers above zero they are in the order of the numbers. */
    short bits(int document, int i) {
        return (short) weights.get(start.get(document) + i);
    }

    /** The vector of a document as it is held. */
    public SparseVector vector(int document) {
        int from = start.get(document);
        int size = start.get(document + 1) - from;
        int[] t = new int[size];
        float[] w = new float[size];
        Arrays.setAll(t, i -> terms.get(from + i));
        for (int i = 0; i < size; i++) {
            w[i] = weight(from + i);
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
        for (int i = start.get(document); i < start.get(document + 1); i++) {
            sum += query[terms.get(i)] * weight(i);
        }
        return sum;
    }

    private float weight(int entry) {
        return Float.float16ToFloat((short) weights.get(entry));
    }
}
