package dev.filigree.encode;

/**
 * What keeps learned vectors sparse. With {@code m_v} the mean weight of term v over a batch of n vectors, the cost is:
 */
public enum Regularizer {

    /** None. */
    NONE,
    /** {@code sum_v m_v}. */
    L1,
    /** {@code sum_v m_v^2}: what an inverted index would spend if queries were like these vectors (Paria et al. 2020, arXiv:2004.05665). */
    FLOPS,
    /** {@code sum_v r_v m_v^2} with {@code r_v} the inverse of idf over its mean: frequent terms pay more (Geng et al. 2024, arXiv:2411.04403). */
    IDF_FLOPS,
    /** None: only the heaviest terms of a vector are kept, while it is trained and afterwards. */
    TOP_K;

    /**
     * The cost times lambda; its gradient is added to {@code slopes}.
     *
     * @param weights {@code [n] [terms]}
     * @param idf     of each term, above zero
     */
    double add(double lambda, float[][] weights, float[] idf, float[][] slopes) {
        if (this == NONE || this == TOP_K || lambda == 0) {
            return 0;
        }
        int n = weights.length;
        double inverse = 0;
        for (float f : idf) {
            inverse += 1 / f;
        }
        double cost = 0;
        for (int v = 0; v < idf.length; v++) {
            double sum = 0;
            for (float[] w : weights) {
                sum += w[v];
            }
            double mean = sum / n;
            double rate = this == IDF_FLOPS ? idf.length / (inverse * idf[v]) : 1;
            cost += this == L1 ? mean : rate * mean * mean;
            float slope = (float) (lambda * (this == L1 ? 1 : 2 * rate * mean) / n);
            for (int i = 0; i < n && mean > 0; i++) {
                slopes[i][v] += slope;
            }
        }
        return lambda * cost;
    }
}
