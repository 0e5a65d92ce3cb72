package dev.filigree.prune;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;

/**
 * The inverse of a damped Gram matrix {@code H = X^T X + damp * mean diagonal}, as its upper factor {@code H^-1 = U^T U}:
 * removing weight j of a row when those before it are settled costs {@code w_j^2 / U_jj^2} of squared output error, and
 * row j of U says how the later weights make up for it.
 *
 * <p>One factorisation suffices: with J the reversal of the index order and {@code J H J = R^T R}, R upper,
 * {@code U = J (R^-1)^T J}. Inputs that are never active get the mean curvature, so that H stays regular.
 */
public final class Curvature {

    private static final int PANEL = 32; // rows eliminated together
    private static final int STRIP = 64; // columns inverted together: independent tasks

    private final int n;
    private final float[] upper;
    private final boolean[] dead;

    private Curvature(int n, float[] upper, boolean[] dead) {
        this.n = n;
        this.upper = upper;
        this.dead = dead;
    }

    /**
     * @param gram {@code [n x n]}, symmetric
     * @param damp share of the mean diagonal that is added to the diagonal
     */
    public static Curvature of(String name, float[] gram, int n, double damp, Parallel parallel) {
        boolean[] dead = new boolean[n];
        double trace = 0;
        int active = 0;
        for (int i = 0; i < n; i++) {
            dead[i] = !(gram[i * n + i] > 0);
            trace += dead[i] ? 0 : gram[i * n + i];
            active += dead[i] ? 0 : 1;
        }
        double mean = active == 0 ? 1 : trace / active;
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                int from = (n - 1 - i) * n + n - 1 - j;
                boolean off = dead[n - 1 - i] || dead[n - 1 - j];
                a[i * n + j] = i == j ? (off ? mean : gram[from]) + damp * mean : off ? 0 : gram[from];
            }
        }
        factor(name, a, n, parallel);
        double[] inverse = invert(a, n, parallel);
        float[] upper = new float[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                upper[i * n + j] = (float) inverse[(n - 1 - j) * n + n - 1 - i];
            }
        }
        return new Curvature(n, upper, dead);
    }

    /** U, {@code [n x n]}, zero below the diagonal; shared, not to be written. */
    public float[] upper() {
        return upper;
    }

    /** Whether input {@code i} was zero for every token. */
    public boolean dead(int i) {
        return dead[i];
    }

    /** The squared output error that removing weight {@code w} of input {@code i} costs. */
    public float cost(float w, int i) {
        float e = w / upper[i * n + i];
        return dead[i] ? 0f : e * e;
    }

    /** {@link #cost} of every weight, {@code [rows x n]}. */
    public float[] costs(Matrix w) {
        float[] costs = new float[w.values().length];
        for (int i = 0; i < costs.length; i++) {
            costs[i] = cost(w.values()[i], i % n);
        }
        return costs;
    }

    /** Each row v of {@code rows} replaced by {@code H^-1 v}. */
    public Matrix solve(Matrix rows, Compute compute) {
        float[] lower = new float[n * n]; // U^T
        for (int i = 0; i < n; i++) {
            for (int j = i; j < n; j++) {
                lower[j * n + i] = upper[i * n + j];
            }
        }
        return OutputError.times(OutputError.times(rows, lower, compute), upper, compute);
    }

    /** Overwrites the upper half of {@code a} with R, {@code a = R^T R}: rows of a panel first, then all rows below it. */
    static void factor(String name, double[] a, int n, Parallel parallel) {
        for (int panel = 0; panel < n; panel += PANEL) {
            int end = Math.min(n, panel + PANEL);
            for (int k = panel; k < end; k++) {
                double pivot = a[k * n + k];
                if (!(pivot > 0)) {
                    throw new UserError(name + ": the calibration statistics are not positive definite at input " + k
                            + "; raise the damping or calibrate on more text");
                }
                double scale = 1 / Math.sqrt(pivot);
                for (int j = k; j < n; j++) {
                    a[k * n + j] *= scale;
                }
                for (int i = k + 1; i < end; i++) {
                    double f = a[k * n + i];
                    for (int j = i; j < n; j++) {
                        a[i * n + j] -= f * a[k * n + j];
                    }
                }
            }
            int first = panel;
            parallel.run(Math.ceilDiv(n - end, PANEL), task -> {
                int from = end + task * PANEL;
                for (int i = from; i < Math.min(n, from + PANEL); i++) {
                    eliminate(a, n, i, first, end);
                }
            });
        }
    }

    /** Subtracts the settled rows {@code from .. to} from row i, four at a time. */
    private static void eliminate(double[] a, int n, int i, int from, int to) {
        int k = from;
        for (; k + 4 <= to; k += 4) {
            double f0 = a[k * n + i];
            double f1 = a[(k + 1) * n + i];
            double f2 = a[(k + 2) * n + i];
            double f3 = a[(k + 3) * n + i];
            int r = i * n;
            int s = k * n;
            for (int j = i; j < n; j++) {
                a[r + j] -= f0 * a[s + j] + f1 * a[s + n + j] + (f2 * a[s + 2 * n + j] + f3 * a[s + 3 * n + j]);
            }
        }
        for (; k < to; k++) {
            double f = a[k * n + i];
            for (int j = i; j < n; j++) {
                a[i * n + j] -= f * a[k * n + j];
            }
        }
    }

    /** The inverse of an upper triangular matrix, by independent strips of columns. */
    static double[] invert(double[] r, int n, Parallel parallel) {
        double[] inverse = new double[n * n];
        parallel.run(Math.ceilDiv(n, STRIP), task -> {
            int left = task * STRIP;
            int right = Math.min(n, left + STRIP);
            int width = right - left;
            double[] strip = new double[right * width]; // rows 0 .. right of the strip; below is zero
            double[] row = new double[width];
            for (int i = right - 1; i >= 0; i--) {
                java.util.Arrays.fill(row, 0);
                if (i >= left) {
                    row[i - left] = 1;
                }
                int k = i + 1;
                for (; k + 4 <= right; k += 4) {
                    subtractFour(row, strip, k * width, width, r[i * n + k], r[i * n + k + 1], r[i * n + k + 2], r[i * n + k + 3]);
                }
                for (; k < right; k++) {
                    for (int j = 0; j < width; j++) {
                        row[j] -= r[i * n + k] * strip[k * width + j];
                    }
                }
                for (int j = 0; j < width; j++) {
                    strip[i * width + j] = row[j] / r[i * n + i];
                }
            }
            for (int i = 0; i < right; i++) {
                System.arraycopy(strip, i * width, inverse, i * n + left, width);
            }
        });
        return inverse;
    }

    private static void subtractFour(double[] row, double[] strip, int at, int width, double f0, double f1, double f2, double f3) {
        for (int j = 0; j < width; j++) {
            row[j] -= f0 * strip[at + j] + f1 * strip[at + width + j] + (f2 * strip[at + 2 * width + j] + f3 * strip[at + 3 * width + j]);
        }
    }
}
