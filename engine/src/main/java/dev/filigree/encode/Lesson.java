package dev.filigree.encode;

import java.util.Arrays;

/**
 * What is learned from the scores s_qd of queries q and documents d of a batch. Teachers gave scores y_qd of their own, and one
 * document p(q) is the one that the query was made of.
 */
public enum Lesson {

    /** {@code mean_q -log softmax(s_q)_p(q)}: the right one among all documents of the batch. */
    CONTRASTIVE,
    /** {@code mean over q and d of ((s_qp - s_qd) - (y_qp - y_qd))^2} (Hofstaetter et al. 2020, arXiv:2010.02666). */
    MARGIN_MSE,
    /** {@code mean_q KL(softmax(y_q) | softmax(s_q))}. */
    KL,
    /** The weight of a term of p(q) is to be 1 where q holds it and 0 elsewhere, squared; scores take no part (DeepCT). */
    TERM_MSE;

    /**
     * The loss of scores.
     *
     * @param s      {@code [queries] [documents]}
     * @param y      of the same size
     * @param right  p(q) by its place among the documents
     * @param slopes of the same size, overwritten: the gradient at s
     */
    double score(float[][] s, float[][] y, int[] right, float[][] slopes) {
        double sum = 0;
        for (int q = 0; q < s.length; q++) {
            Arrays.fill(slopes[q], 0);
            sum += switch (this) {
                case CONTRASTIVE -> {
                    float[] one = new float[s[q].length];
                    one[right[q]] = 1;
                    yield towards(one, s[q], s.length, slopes[q]);
                }
                case KL -> towards(softmax(y[q]), s[q], s.length, slopes[q]);
                case MARGIN_MSE -> margins(s[q], y[q], right[q], 1.0 / s.length / s[q].length, slopes[q]);
                case TERM_MSE -> 0;
            };
        }
        return sum;
    }

    /** {@code KL(wanted | softmax(s)) / queries}; its gradient is {@code (softmax(s) - wanted) / queries}. */
    private static double towards(float[] wanted, float[] s, int queries, float[] slopes) {
        float[] p = softmax(s);
        double sum = 0;
        for (int d = 0; d < s.length; d++) {
            sum += wanted[d] > 0 ? wanted[d] * (Math.log(wanted[d]) - Math.log(Math.max(p[d], Float.MIN_NORMAL))) : 0;
            slopes[d] = (p[d] - wanted[d]) / queries;
        }
        return sum / queries;
    }

    private static double margins(float[] s, float[] y, int right, double share, float[] slopes) {
        double sum = 0;
        for (int d = 0; d < s.length; d++) {
            double off = (s[right] - s[d]) - (y[right] - y[d]);
            sum += share * off * off;
            slopes[right] += (float) (2 * share * off);
            slopes[d] -= (float) (2 * share * off);
        }
        return sum;
    }

    private static float[] softmax(float[] x) {
        float most = Float.NEGATIVE_INFINITY;
        for (float v : x) {
            most = Math.max(most, v);
        }
        double sum = 0;
        double[] e = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            e[i] = Math.exp(x[i] - most);
            sum += e[i];
        }
        float[] p = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            p[i] = (float) (e[i] / sum);
        }
        return p;
    }
}
