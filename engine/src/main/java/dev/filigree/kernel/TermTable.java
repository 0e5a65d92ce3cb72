package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;

/**
 * A sparse vector spread over a table in which the weight of a term is found at once. Few terms of a document are in a query, so two small sets of
 * marks beside the table, which fit registers, say of nearly all others that they are not (Bloom 1970).
 */
public final class TermTable {

    /** Words of 32 marks in each of the two sets. */
    public static final int WORDS = 16;

    /** Odd, so that the high bits of the product with a term depend on all of its bits. */
    public static final int MIX = 0x9E3779B1;

    /** The high bits of that product are the number of a mark in the second set, and the highest of these its word. */
    public static final int MARK_SHIFT = 23;
    public static final int WORD_SHIFT = 28;

    private final Floats weights;
    private final Ints marks = Ints.allocate(2 * WORDS);

    /** Without a term. @param terms number of terms that there are */
    public TermTable(int terms) {
        this.weights = Floats.allocate(terms);
    }

    /** Number of terms that there are. */
    public int terms() {
        return weights.length();
    }

    /** Gives a term its weight. */
    public void put(int term, float weight) {
        weights.set(term, weight);
        mark(first(term), 1 << term);
        mark(second(term), 1 << (term * MIX >>> MARK_SHIFT));
    }

    private void mark(int word, int bit) {
        marks.set(word, marks.get(word) | bit);
    }

    /** Takes a term out, and marks that others may have in common with it: all terms are taken out before others are put in. */
    public void remove(int term) {
        weights.set(term, 0);
        marks.set(first(term), 0);
        marks.set(second(term), 0);
    }

    private static int first(int term) {
        return term >>> 5 & WORDS - 1;
    }

    private static int second(int term) {
        return WORDS + (term * MIX >>> WORD_SHIFT);
    }

    /** The weight of a term, zero where it has none. */
    public float weight(int term) {
        return weights.get(term);
    }

    /** The weight of every term {@code [terms]}. */
    public Floats weights() {
        return weights;
    }

    /** The words of the first set and those of the second {@code [2 x WORDS]}. */
    public Ints marks() {
        return marks;
    }
}
