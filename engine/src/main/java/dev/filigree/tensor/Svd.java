package dev.filigree.tensor;

import java.util.Arrays;

/**
 * The singular value decomposition {@code W = U diag(s) V^T} of a small matrix, from the eigenvectors of its smaller Gram matrix, which
 * Jacobi's rotations find (Jacobi 1846; Golub and Van Loan, Matrix Computations, section 8.5). The squares cost half of the digits:
 * right to about 1e-6 of the largest singular value. Takes about {@code 30 min(rows, cols)^3} operations of one thread.
 *
 * @param s descending, {@code min(rows, cols)} of them
 * @param u {@code [i][rows]}, the left singular vectors; zero where s is
 * @param v {@code [i][cols]}, the right ones; zero where s is
 */
public record Svd(double[] s, double[][] u, double[][] v) {

    private static final int MOST_SWEEPS = 30;

    /** @param w {@code [rows x cols]}, row by row */
    public static Svd of(float[] w, int rows, int cols) {
        if (w.length != rows * cols || w.length == 0) {
            throw new IllegalArgumentException(w.length + " numbers for " + rows + " x " + cols);
        }
        boolean wide = rows < cols;
        int n = Math.min(rows, cols);
        int m = Math.max(rows, cols);
        double[][] small = new double[n][m]; // the vectors whose products are the Gram matrix
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                small[i][j] = wide ? w[i * cols + j] : w[j * cols + i];
            }
        }
        double[][] gram = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                gram[i][j] = dot(small[i], small[j]);
                gram[j][i] = gram[i][j];
            }
        }
        double[][] near = principal(gram);
        double[] s = new double[n];
        double[][] far = new double[n][m];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                for (int j = 0; j < m; j++) {
                    far[i][j] += near[i][k] * small[k][j];
                }
            }
            s[i] = Math.sqrt(dot(far[i], far[i]));
            for (int j = 0; j < m && s[i] > 0; j++) {
                far[i][j] /= s[i];
            }
        }
        return new Svd(s, wide ? near : far, wide ? far : near);
    }

    /** The eigenvectors of a symmetric matrix, one a row, that of the largest eigenvalue first; {@code a} becomes the diagonal matrix of its eigenvalues. */
    public static double[][] principal(double[][] a) {
        double[][] vectors = eigenvectors(a);
        Integer[] order = new Integer[a.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (i, j) -> Double.compare(a[j][j], a[i][i]));
        return Arrays.stream(order).map(i -> vectors[i]).toArray(double[][]::new);
    }

    /** Turns a symmetric matrix into the diagonal one of its eigenvalues, in place; the rows of the result are its eigenvectors. */
    private static double[][] eigenvectors(double[][] a) {
        int n = a.length;
        double[][] vectors = new double[n][n];
        double size = 0;
        for (int i = 0; i < n; i++) {
            vectors[i][i] = 1;
            size = Math.max(size, a[i][i]);
        }
        for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
            double largest = 0;
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    largest = Math.max(largest, Math.abs(a[p][q]));
                    if (a[p][q] != 0) {
                        rotate(a, vectors, p, q);
                    }
                }
            }
            if (largest <= 1e-15 * size) {
                break;
            }
        }
        return vectors;
    }

    /** The rotation of rows and columns p and q that makes the entry between them zero. */
    private static void rotate(double[][] a, double[][] vectors, int p, int q) {
        double theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = Math.copySign(1, theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        double c = 1 / Math.sqrt(t * t + 1);
        double s = t * c;
        for (double[] row : a) {
            double x = row[p];
            row[p] = c * x - s * row[q];
            row[q] = s * x + c * row[q];
        }
        turn(a[p], a[q], c, s);
        turn(vectors[p], vectors[q], c, s);
    }

    private static void turn(double[] x, double[] y, double c, double s) {
        for (int i = 0; i < x.length; i++) {
            double before = x[i];
            x[i] = c * before - s * y[i];
            y[i] = s * before + c * y[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
