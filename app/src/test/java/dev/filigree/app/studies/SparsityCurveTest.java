package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Knees that can be read off by hand. */
class SparsityCurveTest {

    private final SparsityCurve flatThenSteep = new SparsityCurve(new double[] {0, 0.2, 0.4, 0.6, 0.8}, new double[] {0.8, 0.8, 0.796, 0.756, 0.2});

    @Test
    void theKneeIsWhereTheFirstPerCentIsGone() {
        assertEquals(0.4 + 0.2 * 0.004 / 0.04, flatThenSteep.knee(0.01), 1e-12); // 0.792 lies a tenth of the way from 0.796 to 0.756
        assertEquals(0.8, flatThenSteep.knee(0.9), 1e-12, "never that low");
    }

    @Test
    void theBendIsWhereTheSlopeChangesMost() {
        assertEquals(0.6, flatThenSteep.bend(), 1e-12);
        assertEquals((0.756 - 0.2) / 0.2, flatThenSteep.fall(0.6, 0.8), 1e-12);
        assertEquals((0.792 - 0.7004) / 0.2 / (0.008 / 0.42), flatThenSteep.sharpness(0.01, 0.2), 1e-9); // 0.62 is a tenth of the way from 0.756 to 0.2
        assertEquals(0.776, flatThenSteep.at(0.5), 1e-12);
        assertEquals(0.2, flatThenSteep.at(0.99), 1e-12, "past the end");
    }

    @Test
    void aCurveBeginsWithTheNetworkAsItWas() {
        assertThrows(IllegalArgumentException.class, () -> new SparsityCurve(new double[] {0.1, 0.2}, new double[] {1, 1}));
        assertThrows(IllegalArgumentException.class, () -> new SparsityCurve(new double[] {0, 0.2, 0.2}, new double[] {1, 1, 1}));
    }
}
