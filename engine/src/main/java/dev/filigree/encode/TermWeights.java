package dev.filigree.encode;

import dev.filigree.encode.LessonBatch.Reading;
import dev.filigree.ops.Value;
import dev.filigree.retrieve.SparseVector;
import java.util.Arrays;
import java.util.List;

/**
 * Scores of a head as weights of terms, and the way back.
 *
 * @param weights {@code [texts] [terms]}, at least zero
 * @param from    of {@link Side#MLP} the token that each weight came from, -1 for none; else null
 */
record TermWeights(Side side, Value scores, float[][] weights, int[][] from) {

    private static final int[] NONE = {};

    /**
     * @param window terms that a text keeps at most, by {@code idf_v w_v}; 0 for all
     * @param exempt of each text the terms that it holds in any case, which are kept and not counted; null for none
     */
    static TermWeights of(Side side, Value scores, Reading reading, float[] idf, int window, List<SparseVector> exempt) {
        int texts = reading.spans().count();
        float[][] weights = new float[texts][idf.length];
        int[][] from = side == Side.MLP ? new int[texts][idf.length] : null;
        for (int i = 0; i < texts; i++) {
            if (side == Side.MLP) {
                Arrays.fill(from[i], -1);
                for (int t = reading.spans().start()[i]; t < reading.spans().start()[i + 1]; t++) {
                    float w = Side.weight(scores.get(t, 0));
                    int term = reading.terms()[t];
                    if (term >= 0 && (from[i][term] < 0 || w > weights[i][term])) {
                        weights[i][term] = w;
                        from[i][term] = t;
                    }
                }
            } else {
                for (int v = 0; v < idf.length; v++) {
                    weights[i][v] = Side.weight(scores.get(i, v));
                }
                cut(weights[i], idf, window, exempt == null ? NONE : exempt.get(i).terms());
            }
        }
        return new TermWeights(side, scores, weights, from);
    }

    /** Leaves the terms of highest {@code idf_v w_v}, of equal ones the first, and those that are exempt. */
    static void cut(float[] weights, float[] idf, int window, int[] exempt) {
        if (window == 0 || window >= weights.length) {
            return;
        }
        float[] worth = new float[weights.length];
        for (int v = 0; v < worth.length; v++) {
            worth[v] = idf[v] * weights[v];
        }
        float[] kept = new float[exempt.length];
        for (int i = 0; i < exempt.length; i++) {
            kept[i] = weights[exempt[i]];
            worth[exempt[i]] = 0;
        }
        float[] sorted = worth.clone();
        Arrays.sort(sorted);
        float least = sorted[sorted.length - window];
        int equal = window;
        for (float w : worth) {
            equal -= w > least ? 1 : 0;
        }
        for (int v = 0; v < worth.length; v++) {
            if (worth[v] < least || worth[v] == least && equal-- <= 0) {
                weights[v] = 0;
            }
        }
        for (int i = 0; i < exempt.length; i++) {
            weights[exempt[i]] = kept[i];
        }
    }

    /** The gradient at the scores, from the one at the weights. */
    void back(float[][] slopes, Value gradient) {
        gradient.data().fill(0f);
        for (int i = 0; i < weights.length; i++) {
            for (int v = 0; v < weights[i].length; v++) {
                if (weights[i][v] > 0 && slopes[i][v] != 0) {
                    int token = from == null ? i : from[i][v];
                    int feature = from == null ? v : 0;
                    int at = gradient.at(token, feature);
                    gradient.data().set(at, gradient.data().get(at) + slopes[i][v] * Side.slope(scores.get(token, feature)));
                }
            }
        }
    }
}
