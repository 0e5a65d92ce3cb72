package dev.filigree.retrieve;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A document or a query as weighted terms.
 *
 * @param terms   numbers of the terms in the vocabulary, rising
 * @param weights one for each term, finite and above zero
 */
public record SparseVector(int[] terms, float[] weights) {

    /** Both arrays are the vector's own from now on. */
    public SparseVector {
        if (terms.length != weights.length) {
            throw new IllegalArgumentException(terms.length + " terms and " + weights.length + " weights");
        }
        for (int i = 0; i < terms.length; i++) {
            if (terms[i] < 0 || i > 0 && terms[i] <= terms[i - 1]) {
                throw new IllegalArgumentException("terms rise from 0 on, found " + terms[i] + " at place " + i);
            }
            if (!(weights[i] > 0) || weights[i] == Float.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("term " + terms[i] + " has the weight " + weights[i] + ", expected a finite number above zero");
            }
        }
    }

    /** The vector of these weights; those that are zero are left out. */
    public static SparseVector of(Map<Integer, Float> weights) {
        TreeMap<Integer, Float> sorted = new TreeMap<>(weights);
        sorted.values().removeIf(w -> w == 0);
        int[] terms = new int[sorted.size()];
        float[] values = new float[sorted.size()];
        int i = 0;
        for (Map.Entry<Integer, Float> e : sorted.entrySet()) {
            terms[i] = e.getKey();
            values[i++] = e.getValue();
        }
        return new SparseVector(terms, values);
    }

    /** Number of terms. */
    public int size() {
        return terms.length;
    }

    /** The inner product with another vector, summed in the order of terms. */
    public float dot(SparseVector other) {
        float sum = 0;
        for (int i = 0, j = 0; i < terms.length && j < other.terms.length; ) {
            if (terms[i] == other.terms[j]) {
                sum += weights[i++] * other.weights[j++];
            } else if (terms[i] < other.terms[j]) {
                i++;
            } else {
                j++;
            }
        }
        return sum;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SparseVector v && Arrays.equals(terms, v.terms) && Arrays.equals(weights, v.weights);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(terms) + Arrays.hashCode(weights);
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("{");
        for (int i = 0; i < terms.length; i++) {
            out.append(i == 0 ? "" : ", ").append(terms[i]).append(": ").append(weights[i]);
        }
        return out.append('}').toString();
    }
}
