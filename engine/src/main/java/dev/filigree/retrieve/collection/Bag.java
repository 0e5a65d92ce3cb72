package dev.filigree.retrieve.collection;

import java.util.Arrays;

/** Terms on the way to a vector, each with how much it belongs there; the larger value counts where a term comes twice. */
final class Bag {

    private static final int SLOTS = 2048;
    private static final int EMPTY = -1;

    private final int[] slots = new int[SLOTS];
    private int[] terms = new int[256];
    private float[] saliences = new float[256];
    private int size;

    Bag() {
        Arrays.fill(slots, EMPTY);
    }

    int size() {
        return size;
    }

    int term(int i) {
        return terms[i];
    }

    float salience(int i) {
        return saliences[i];
    }

    void add(int term, double salience) {
        int slot = term * 0x9E3779B1 >>> 21;
        while (slots[slot] != EMPTY) {
            int i = slots[slot];
            if (terms[i] == term) {
                saliences[i] = Math.max(saliences[i], (float) salience);
                return;
            }
            slot = (slot + 1) % SLOTS;
        }
        if (size == terms.length) {
            terms = Arrays.copyOf(terms, 2 * size);
            saliences = Arrays.copyOf(saliences, 2 * size);
        }
        slots[slot] = size;
        terms[size] = term;
        saliences[size++] = (float) salience;
    }

    /** The terms that belong most, at most {@code most}, the best first; of equal ones that which came first. */
    int[] best(int most) {
        long[] keys = new long[size];
        for (int i = 0; i < size; i++) { // bits of positive floats rise with them
            keys[i] = -((long) Float.floatToIntBits(saliences[i]) << 32) + i;
        }
        Arrays.sort(keys);
        int[] best = new int[Math.min(most, size)];
        Arrays.setAll(best, r -> terms[(int) keys[r]]);
        return best;
    }
}
