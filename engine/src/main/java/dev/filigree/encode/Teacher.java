package dev.filigree.encode;

import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * Who ranks documents for a query, so that it can be learned. Scores of several are made comparable for each query: the least of its
 * candidates becomes 0 and the highest 1, then they are averaged (Geng et al. 2024, arXiv:2411.04403).
 */
public enum Teacher {

    /** The cosine of the vectors that the model below gives to texts. */
    DENSE,
    /** Words that both hold. */
    BM25;

    /** Those of a list such as {@code minilm,bm25}: bm25, or the name of the model below. */
    public static Set<Teacher> named(String list, String model) {
        Set<Teacher> all = EnumSet.noneOf(Teacher.class);
        for (String name : list.split(",")) {
            if (name.strip().equals("bm25")) {
                all.add(BM25);
            } else if (name.strip().equals(model)) {
                all.add(DENSE);
            } else {
                throw new UserError("--teachers: found '" + name.strip() + "', expected " + model + ", bm25 or both with a comma between");
            }
        }
        return all;
    }

    /** Adds {@code scale (s - least) / (most - least)} of each row; rows of equal scores add nothing. */
    static void addNormalised(float[][] scores, float scale, float[][] sum) {
        for (int q = 0; q < scores.length; q++) {
            float least = Float.POSITIVE_INFINITY;
            float most = Float.NEGATIVE_INFINITY;
            for (float s : scores[q]) {
                least = Math.min(least, s);
                most = Math.max(most, s);
            }
            for (int d = 0; d < scores[q].length && most > least; d++) {
                sum[q][d] += scale * (scores[q][d] - least) / (most - least);
            }
        }
    }

    /** The places of the {@code k} highest; of equal ones the first. */
    static int[] highest(float[] scores, int k) {
        long[] keys = new long[scores.length];
        for (int i = 0; i < keys.length; i++) {
            int bits = Float.floatToIntBits(scores[i]);
            int rising = bits >= 0 ? bits : ~bits ^ Integer.MIN_VALUE; // whole numbers in the order of the floats
            keys[i] = ((long) ~rising << Integer.SIZE) | i;
        }
        Arrays.sort(keys);
        int[] best = new int[Math.min(k, keys.length)];
        for (int i = 0; i < best.length; i++) {
            best[i] = (int) keys[i];
        }
        return best;
    }
}
