package dev.filigree.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Golden values with their derivation: by hand, or from the named published example. */
class MetricsTest {

    /** F. J. Anscombe, "Graphs in Statistical Analysis", 1973, first data set; r = 0.81642051634484 (NIST's value). */
    private static final double[] ANSCOMBE_X = {10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
    private static final double[] ANSCOMBE_Y = {8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};

    @Test
    void pearsonOfAnscombesFirstDataSet() {
        assertEquals(0.81642051634484, Metrics.pearson(ANSCOMBE_X, ANSCOMBE_Y), 1e-13);
    }

    @Test
    void pearsonIsOneOnALineAndUndefinedForAConstant() {
        assertEquals(1, Metrics.pearson(new double[] {1, 2, 4}, new double[] {3, 5, 9}), 1e-15);
        assertEquals(-1, Metrics.pearson(new double[] {1, 2, 4}, new double[] {-3, -5, -9}), 1e-15);
        assertTrue(Double.isNaN(Metrics.pearson(new double[] {1, 2, 3}, new double[] {7, 7, 7})));
    }

    @Test
    void spearmanWithoutTiesEqualsTheShortcutFormula() {
        // Hours of television against IQ, the usual textbook table: sum d^2 = 194, n = 10, 1 - 6 * 194 / 990 = -29 / 165.
        double[] iq = {106, 100, 86, 101, 99, 103, 97, 113, 112, 110};
        double[] hours = {7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
        assertEquals(-29.0 / 165, Metrics.spearman(iq, hours), 1e-15);
    }

    @Test
    void spearmanAveragesTheRanksOfTies() {
        // ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: sums of products 4.5, 4.5 and 5, so 4.5 / sqrt(22.5)
        double[] x = {1, 2, 2, 3};
        double[] y = {10, 20, 30, 40};
        assertArrayEquals(new double[] {1, 2.5, 2.5, 4}, Metrics.ranks(x));
        assertEquals(4.5 / Math.sqrt(22.5), Metrics.spearman(x, y), 1e-15);
    }

    @Test
    void ranksOfManyTiesAndOfNegativeZero() {
        assertArrayEquals(new double[] {2, 2, 2, 4}, Metrics.ranks(new double[] {5, 5, 5, 9}));
        assertArrayEquals(new double[] {2.5, 2.5, 1}, Metrics.ranks(new double[] {0.0, -0.0, -1}));
        assertArrayEquals(new double[] {}, Metrics.ranks(new double[] {}));
    }

    @Test
    void spearmanSeesOnlyTheOrder() {
        double[] cubed = ANSCOMBE_X.clone();
        for (int i = 0; i < cubed.length; i++) {
            cubed[i] = cubed[i] * cubed[i] * cubed[i];
        }
        assertEquals(1, Metrics.spearman(ANSCOMBE_X, cubed), 1e-15);
        assertEquals(Metrics.spearman(ANSCOMBE_X, ANSCOMBE_Y), Metrics.spearman(cubed, ANSCOMBE_Y));
    }

    @Test
    void aNaNIsNeverRankedAway() {
        double[] broken = {1, Double.NaN, 3};
        double[] fine = {1, 2, 3};
        assertTrue(Double.isNaN(Metrics.spearman(broken, fine)));
        assertTrue(Double.isNaN(Metrics.pearson(fine, broken)));
        assertTrue(Double.isNaN(Metrics.median(broken)));
        assertTrue(Double.isNaN(Metrics.cosine(new float[] {Float.NaN, 1}, new float[] {1, 1})));
    }

    @Test
    void cosineOfKnownAngles() {
        assertEquals(0, Metrics.cosine(new float[] {1, 0}, new float[] {0, 2}), 0);
        assertEquals(Math.sqrt(0.5), Metrics.cosine(new float[] {3, 0}, new float[] {2, 2}), 1e-15);
        assertEquals(0.96, Metrics.cosine(new float[] {3, 4}, new float[] {4, 3}), 1e-15); // 24 / 25
        assertEquals(0, Metrics.cosine(new float[] {0, 0}, new float[] {1, 1}), 0);
        assertEquals(1, Metrics.cosine(new float[] {1e-30f}, new float[] {1e30f}), 1e-15); // no under- or overflow
    }

    @Test
    void meanMedianAndQuantiles() {
        double[] values = {4, 1, 3, 2};
        assertEquals(2.5, Metrics.mean(values), 0);
        assertEquals(2.5, Metrics.median(values), 0);
        assertEquals(1.75, Metrics.quantile(values, 0.25), 0); // h = 0.75: three quarters of the way from 1 to 2
        assertEquals(3.7, Metrics.quantile(values, 0.9), 1e-15); // h = 2.7
        assertEquals(1, Metrics.quantile(values, 0), 0);
        assertEquals(4, Metrics.quantile(values, 1), 0);
        assertEquals(3, Metrics.median(new double[] {9, 3, 1}), 0);
        assertEquals(7, Metrics.quantile(new double[] {7}, 0.3), 0);
        assertArrayEquals(new double[] {4, 1, 3, 2}, values, "the input is left as it was");
    }

    @Test
    void theAreaUnderTheCurveCountsPairsInOrder() {
        assertEquals(1, Metrics.areaUnderRoc(new double[] {1, 2, 3}, new boolean[] {false, false, true}), 0);
        assertEquals(5.5 / 6, Metrics.areaUnderRoc(new double[] {1, 3, 3, 2, 5}, new boolean[] {false, true, false, false, true}), 1e-15); // 5 beats three, 3 beats two and ties with one
        assertTrue(Double.isNaN(Metrics.areaUnderRoc(new double[] {1, 2}, new boolean[] {true, true})));
    }

    @Test
    void impossibleQuestionsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Metrics.pearson(new double[2], new double[3]));
        assertThrows(IllegalArgumentException.class, () -> Metrics.spearman(new double[1], new double[1]));
        assertThrows(IllegalArgumentException.class, () -> Metrics.cosine(new float[2], new float[3]));
        assertThrows(IllegalArgumentException.class, () -> Metrics.mean(new double[0]));
        assertThrows(IllegalArgumentException.class, () -> Metrics.quantile(new double[] {1}, 1.5));
        assertThrows(IllegalArgumentException.class, () -> Metrics.quantile(new double[] {1}, Double.NaN));
    }
}
