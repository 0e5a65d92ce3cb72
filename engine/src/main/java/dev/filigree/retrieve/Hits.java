package dev.filigree.retrieve;

import java.util.Arrays;

/**
 * The documents that were found, the best first; of equal scores the document with the smaller number.
 *
 * @param documents numbers of documents in what was searched
 * @param scores    one for each, falling, above zero
 */
public record Hits(int[] documents, float[] scores) {

    public int size() {
        return documents.length;
    }

    /** The share of these documents that {@code other} holds too: recall, where these are the true ones; 1 where there are none. */
    public double recallIn(Hits other) {
        int[] found = other.documents.clone();
        Arrays.sort(found);
        long both = Arrays.stream(documents).filter(d -> Arrays.binarySearch(found, d) >= 0).count();
        return documents.length == 0 ? 1 : (double) both / documents.length;
    }
}
