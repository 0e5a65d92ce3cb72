package dev.filigree.prune.channels;

/** How alike two representations of the same examples are, whatever their directions and scale. */
public final class Similarity {

    private Similarity() {
    }

    /**
     * Linear centred kernel alignment (Kornblith et al. 2019, arXiv:1905.00414): {@code |Y'X|^2 / (|X'X| |Y'Y|)} of features without their means,
     * Frobenius norms; 1 where one is a rotation and scaling of the other, 0 where they have nothing in common or one says nothing.
     *
     * @param x {@code [examples] [features]}
     * @param y {@code [examples] [features]}, perhaps of other features
     */
    public static double cka(float[][] x, float[][] y) {
        double[][] a = centred(x);
        double[][] b = centred(y);
        double alone = Math.sqrt(product(a, a) * product(b, b));
        return alone == 0 ? 0 : product(a, b) / alone;
    }

    private static double[][] centred(float[][] x) {
        double[][] columns = new double[x[0].length][x.length];
        for (int f = 0; f < columns.length; f++) {
            double mean = 0;
            for (float[] row : x) {
                mean += row[f] / (double) x.length;
            }
            for (int i = 0; i < x.length; i++) {
                columns[f][i] = x[i][f] - mean;
            }
        }
        return columns;
    }

    /** {@code |B'A|^2} of columns. */
    private static double product(double[][] a, double[][] b) {
        double sum = 0;
        for (double[] p : a) {
            for (double[] q : b) {
                double dot = 0;
                for (int i = 0; i < p.length; i++) {
                    dot += p[i] * q[i];
                }
                sum += dot * dot;
            }
        }
        return sum;
    }
}
