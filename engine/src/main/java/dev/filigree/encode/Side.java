package dev.filigree.encode;

/**
 * How the terms of a document or of a query get their weights (Nguyen et al. 2023, arXiv:2303.13416). With s_t the state of token t after
 * the last layer, normalised, the weight of term v is {@code log(1 + max(0, z_v))} with a score z_v of:
 */
public enum Side {

    /** No score: every term of the text weighs 1, or what a table says of it. Needs no model. */
    BINARY,
    /** {@code max over the places t of v (w s_t + c)}: terms of the text are weighed, none is added. */
    MLP,
    /** {@code max over all tokens t (W_v s_t + b_v)}: any term of the vocabulary may be added (SPLADE). */
    MLM,
    /** {@code W_v s + b_v}, where s is the pooled state of the text: the same for much less work. */
    CLS_MLM;

    /** Whether it needs the states of a model. */
    public boolean needsModel() {
        return this != BINARY;
    }

    /** Whether it may add terms that the text does not hold. */
    public boolean expands() {
        return this == MLM || this == CLS_MLM;
    }

    /** The weight of a score. */
    static float weight(float score) {
        return score > 0 ? (float) Math.log1p(score) : 0;
    }

    /** The slope of {@link #weight}. */
    static float slope(float score) {
        return score > 0 ? 1 / (1 + score) : 0;
    }
}
