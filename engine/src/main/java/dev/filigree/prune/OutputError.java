package dev.filigree.prune;

import dev.filigree.base.Parallel;

/** Squared output errors as quadratic forms in a Gram matrix. */
public final class OutputError {

    private static final int ROWS = 8; // per task

    private OutputError() {
    }

    /** {@code d_r^T G d_r} for each row d_r of {@code rows}: the mean squared output of that row of weights. */
    public static double[] energy(Matrix rows, float[] gram, Parallel parallel) {
        int n = rows.cols();
        double[] energy = new double[rows.rows()];
        parallel.run(Math.ceilDiv(rows.rows(), ROWS), task -> {
            float[] product = new float[n];
            for (int r = task * ROWS; r < Math.min(rows.rows(), (task + 1) * ROWS); r++) {
                times(rows.values(), r * n, gram, n, product);
                double sum = 0;
                for (int c = 0; c < n; c++) {
                    sum += (double) product[c] * rows.values()[r * n + c];
                }
                energy[r] = Math.max(0, sum);
            }
        });
        return energy;
    }

    /** {@code out = G d} for the vector d at {@code values[from ..]}; zeros of d cost nothing. */
    public static void times(float[] values, int from, float[] gram, int n, float[] out) {
        java.util.Arrays.fill(out, 0f);
        int[] live = new int[n];
        int count = 0;
        for (int k = 0; k < n; k++) {
            if (values[from + k] != 0f) {
                live[count++] = k;
            }
        }
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            addFour(out, gram, n, live[i] * n, live[i + 1] * n, live[i + 2] * n, live[i + 3] * n, values[from + live[i]],
                    values[from + live[i + 1]], values[from + live[i + 2]], values[from + live[i + 3]]);
        }
        for (; i < count; i++) {
            float f = values[from + live[i]];
            int g = live[i] * n;
            for (int j = 0; j < n; j++) {
                out[j] += f * gram[g + j];
            }
        }
    }

    private static void addFour(float[] out, float[] gram, int n, int g0, int g1, int g2, int g3, float f0, float f1, float f2, float f3) {
        for (int j = 0; j < n; j++) {
            out[j] += f0 * gram[g0 + j] + f1 * gram[g1 + j] + (f2 * gram[g2 + j] + f3 * gram[g3 + j]);
        }
    }

    /** The length of the error of the outputs relative to the length of the outputs of {@code dense}, over all tokens. */
    public static double relative(Matrix dense, Matrix pruned, float[] gram, Parallel parallel) {
        float[] difference = new float[dense.values().length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = pruned.values()[i] - dense.values()[i];
        }
        double error = sum(energy(new Matrix(dense.rows(), dense.cols(), difference), gram, parallel));
        double all = sum(energy(dense, gram, parallel));
        return all == 0 ? 0 : Math.sqrt(error / all);
    }

    static double sum(double[] values) {
        double s = 0;
        for (double v : values) {
            s += v;
        }
        return s;
    }
}
