package dev.filigree.retrieve;

import java.util.Arrays;

/**
 * The best few of many documents: a heap with the worst of them on top. What it keeps does not depend on the order in which
 * documents are offered. Made once for a thread and used again: it grows to the largest number asked for, and makes no garbage.
 */
public final class Top {

    private int[] documents = new int[0];
    private float[] scores = new float[0];
    private int most;
    private int size;

    /** Forgets all; keeps at most {@code k} from now on. */
    public void begin(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("at least one document is asked for, found " + k);
        }
        most = k;
        size = 0;
    }

    /** Documents that are held. */
    int size() {
        return size;
    }

    /** One of these, in no order. */
    int document(int i) {
        return documents[i];
    }

    /** Whether {@code k} documents are held. */
    public boolean full() {
        return size == most;
    }

    /** The score that a document has to reach to be held: that of the worst when full, else zero. */
    public float threshold() {
        return full() ? scores[0] : 0;
    }

    /** Holds a document if its score is above zero and among the best. */
    public void offer(int document, float score) {
        if (!(score > 0)) {
            return;
        }
        if (size < most) {
            if (size == documents.length) {
                grow();
            }
            rise(size++, document, score);
        } else if (worse(documents[0], scores[0], document, score)) {
            sink(document, score);
        }
    }

    /** What is held, the best first. */
    public Hits hits() {
        int[] d = new int[size];
        float[] s = new float[size];
        while (size > 0) {
            d[size - 1] = documents[0];
            s[size - 1] = scores[0];
            size--;
            if (size > 0) {
                sink(documents[size], scores[size]);
            }
        }
        return new Hits(d, s);
    }

    private void grow() {
        int length = Math.min(most, Math.max(16, 2 * size));
        documents = Arrays.copyOf(documents, length);
        scores = Arrays.copyOf(scores, length);
    }

    /** Whether the first document comes after the second in the order of hits. */
    private static boolean worse(int document, float score, int other, float otherScore) {
        return score < otherScore || score == otherScore && document > other;
    }

    private void rise(int at, int document, float score) {
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (!worse(document, score, documents[parent], scores[parent])) {
                break;
            }
            documents[at] = documents[parent];
            scores[at] = scores[parent];
            at = parent;
        }
        documents[at] = document;
        scores[at] = score;
    }

    /** Puts a document in the place of the worst. */
    private void sink(int document, float score) {
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && worse(documents[child + 1], scores[child + 1], documents[child], scores[child])) {
                child++;
            }
            if (!worse(documents[child], scores[child], document, score)) {
                break;
            }
            documents[at] = documents[child];
            scores[at] = scores[child];
            at = child;
        }
        documents[at] = document;
        scores[at] = score;
    }
}
