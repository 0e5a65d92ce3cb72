package dev.filigree.retrieve.judged;

import dev.filigree.base.Rng;
import java.util.Arrays;

/**
 * Whether two runs differ by more than the choice of queries explains: how probable a mean difference of this size or more is where there
 * is no difference at all.
 *
 * @param mean        of the differences
 * @param half        half the width of its 95 % interval (Student's t)
 * @param student     two-sided p of the paired t-test
 * @param randomised  two-sided p of the randomisation test (Fisher): the sign of each query's difference is drawn anew, so that it supposes
 *                    nothing about how differences are spread
 */
public record PairedTest(double mean, double half, double student, double randomised) {

    private static final int DRAWS = 100_000;

    /**
     * Tests differences, one for each query.
     *
     * @param rng draws signs
     */
    public static PairedTest of(double[] differences, Rng rng) {
        int n = differences.length;
        double mean = Arrays.stream(differences).sum() / n;
        double variance = Arrays.stream(differences).map(d -> (d - mean) * (d - mean)).sum() / (n - 1);
        double error = Math.sqrt(variance / n);
        double student = Arrays.stream(differences).allMatch(d -> d == 0) ? 1 : n < 2 ? Double.NaN : StudentT.twoSided(mean / error, n - 1);
        return new PairedTest(mean, n < 2 ? Double.NaN : StudentT.quantile(0.05, n - 1) * error, student, randomised(differences, rng));
    }

    private static double randomised(double[] differences, Rng rng) {
        double observed = Math.abs(Arrays.stream(differences).sum());
        double least = observed - 1e-12 * Arrays.stream(differences).map(Math::abs).sum(); // the same sum in another order counts as equal
        int reached = 1; // what was observed is one of the draws
        for (int i = 0; i < DRAWS; i++) {
            double sum = 0;
            long signs = 0;
            for (int j = 0; j < differences.length; j++) {
                signs = j % Long.SIZE == 0 ? rng.nextLong() : signs >>> 1;
                sum += (signs & 1) == 0 ? differences[j] : -differences[j];
            }
            reached += Math.abs(sum) >= least ? 1 : 0;
        }
        return (double) reached / (DRAWS + 1);
    }
}
