package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CrossoversTest {

    /** Sparse times 10 + 100 x density at densities 5, 30 and 70 %: 15, 40, 80. */
    @ParameterizedTest
    @CsvSource({
        "60,  0.5", // between two points
        "40,  0.7", // at a point
        "20,  0.9",
        "100, 0.1", // beyond the last point
        "12,  0.98", // before the first
        "200, 0",   // always
        "10.5, NaN", // below one per cent of density
        "5,   NaN",
    })
    void theCrossingOfALineIsFound(double dense, double sparsity) {
        assertEquals(sparsity, Crossovers.sparsityAt(new double[] {0.05, 0.3, 0.7}, new double[] {15, 40, 80}, dense), 1e-9);
    }

    @Test
    void timesThatDoNotRiseGiveNoCrossing() {
        double[] densities = {0.05, 0.3, 0.7};
        assertEquals(Double.NaN, Crossovers.sparsityAt(densities, new double[] {30, 20, 20}, 10));
        assertEquals(0, Crossovers.sparsityAt(densities, new double[] {5, 6, 6}, 10));
    }
}
