package dev.filigree.model;

import dev.filigree.base.Rng;

/**
 * How the values of a parameter begin. The fans of a sparse weight are its live inputs and outputs: with
 * {@code nnz} live positions in {@code rows} rows and {@code cols} columns, {@code in = nnz / rows}, {@code out = nnz / cols},
 * so that signals keep their size whatever the sparsity.
 */
public sealed interface Init {

    /**
     * One value.
     *
     * @param in  live inputs of an output
     * @param out live outputs of an input
     */
    float draw(Rng rng, double in, double out);

    /** Always the same: biases, gains, shifts. */
    record Constant(float value) implements Init {
        @Override
        public float draw(Rng rng, double in, double out) {
            return value;
        }
    }

    /** Normal with a given deviation: tables of embeddings, transformers. */
    record Normal(double deviation) implements Init {
        @Override
        public float draw(Rng rng, double in, double out) {
            return (float) (deviation * rng.nextGaussian());
        }
    }

    /** Normal with deviation {@code gain / sqrt(in)} (He et al. 2015, arXiv:1502.01852); gain is sqrt(2) before a ReLU. */
    record Kaiming(double gain) implements Init {

        public static final Kaiming RELU = new Kaiming(Math.sqrt(2));

        @Override
        public float draw(Rng rng, double in, double out) {
            return (float) (gain / Math.sqrt(Math.max(1, in)) * rng.nextGaussian());
        }
    }

    /** Uniform in {@code +- gain sqrt(6 / (in + out))} (Glorot and Bengio 2010, AISTATS). */
    record Glorot(double gain) implements Init {
        @Override
        public float draw(Rng rng, double in, double out) {
            return (float) (gain * Math.sqrt(6 / Math.max(1, in + out)) * (2 * rng.nextDouble() - 1));
        }
    }
}
