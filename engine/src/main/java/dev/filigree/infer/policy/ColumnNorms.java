package dev.filigree.infer.policy;

import dev.filigree.tensor.Weight;

/** Euclidean norms of the columns of a weight. */
final class ColumnNorms {

    private ColumnNorms() {
    }

    static float[] of(Weight w) {
        double[] squares = new double[w.cols()];
        w.forEach((row, col, slot, v) -> squares[col] += (double) v * v);
        float[] norms = new float[squares.length];
        for (int j = 0; j < norms.length; j++) {
            norms[j] = (float) Math.sqrt(squares[j]);
        }
        return norms;
    }
}
