package dev.filigree.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The decomposition of small matrices. */
class SvdTest {

    @Test
    void aMatrixThatCanBeDecomposedByHand() {
        Svd svd = Svd.of(new float[] {0, 2, 0, 3, 0, 0}, 2, 3); // 2 of input 1 to output 0, 3 of input 0 to output 1
        assertArrayEquals(new double[] {3, 2}, svd.s(), 1e-12);
        assertEquals(1, Math.abs(svd.u()[0][1]), 1e-12);
        assertEquals(1, Math.abs(svd.v()[0][0]), 1e-12);
        assertEquals(1, Math.abs(svd.v()[1][1]), 1e-12);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 5", "7, 1", "13, 13", "31, 17", "17, 31", "64, 65"})
    void thePartsAreOrthogonalAndGiveTheMatrixBack(int rows, int cols) {
        Rng rng = new Rng(rows);
        float[] w = new float[rows * cols];
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) rng.nextGaussian();
        }
        Svd svd = Svd.of(w, rows, cols);
        int n = Math.min(rows, cols);
        for (int i = 0; i < n; i++) {
            assertTrue(i == 0 || svd.s()[i] <= svd.s()[i - 1]);
            for (int j = 0; j < n; j++) {
                assertEquals(i == j ? 1 : 0, dot(svd.u()[i], svd.u()[j]), 1e-6);
                assertEquals(i == j ? 1 : 0, dot(svd.v()[i], svd.v()[j]), 1e-6);
            }
        }
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                double sum = 0;
                for (int i = 0; i < n; i++) {
                    sum += svd.u()[i][r] * svd.s()[i] * svd.v()[i][c];
                }
                assertEquals(w[r * cols + c], sum, 1e-5);
            }
        }
    }

    @Test
    void aMatrixOfRankOneHasOneSingularValue() {
        Svd svd = Svd.of(new float[] {1, 2, 3, 2, 4, 6}, 2, 3);
        assertEquals(Math.sqrt(70), svd.s()[0], 1e-9);
        assertEquals(0, svd.s()[1], 1e-6);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
