package dev.filigree.encode;

import dev.filigree.base.UserError;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * Who ranks documents for a query, so that it can be learned. Scores of several are made comparable for each query: the least of its
 * candidates becomes 0 and the highest 1, then they are averaged (Geng et al. 2024, arXiv:2411.04403).
 */
public enum Teacher {

    /** The cosine of the vectors that a sentence encoder gives to texts: the model below, or another. */
    DENSE,
    /** Words that both hold. */
    BM25;

    /** Those of a list such as {@code minilm,bm25}: bm25, and at most one name of a model. */
    public static Set<Teacher> named(String list) {
        Set<Teacher> all = EnumSet.noneOf(Teacher.class);
        for (String name : list.split(",")) {
            Teacher t = name.strip().equals("bm25") ? BM25 : DENSE;
            if (name.isBlank() || !all.add(t)) {
                throw new UserError("--teachers: found '" + list + "', expected bm25, one model, or both with a comma between");
            }
        }
        return all;
    }

    /** The model in such a list; empty where there is none. */
    public static Optional<String> model(String list) {
        return Arrays.stream(list.split(",")).map(String::strip).filter(n -> !n.equals("bm25")).findFirst();
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
