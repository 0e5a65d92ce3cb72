package dev.filigree.app.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;

class BreakEvenTest {

    @Test
    void liesOnAStraightLineBetweenTheNeighbours() {
        assertEquals(0.35, BreakEven.of(Map.of(0.3, 0.9, 0.4, 1.1, 0.5, 1.4)), 1e-12);
        assertEquals(0.3, BreakEven.of(Map.of(0.2, 0.5, 0.3, 1.0, 0.4, 1.5)), 1e-12);
    }

    @Test
    void countsTheLastCrossingOnly() {
        assertEquals(0.55, BreakEven.of(Map.of(0.3, 1.2, 0.5, 0.9, 0.6, 1.1)), 1e-12);
    }

    @Test
    void isTheFirstSparsityWhenSparseAlwaysWinsAndOneWhenItNeverDoes() {
        assertEquals(0.2, BreakEven.of(Map.of(0.2, 1.1, 0.9, 8.0)));
        assertEquals(1, BreakEven.of(Map.of(0.2, 0.3, 0.9, 0.8)));
    }

    @Test
    void ignoresWhatWasNotMeasured() {
        assertEquals(0.5, BreakEven.of(Map.of(0.4, 0.5, 0.5, Double.NaN, 0.6, 1.5)), 1e-12);
        assertEquals(Double.NaN, BreakEven.of(Map.of(0.5, Double.NaN)));
        assertEquals(Double.NaN, BreakEven.of(Map.of()));
    }
}
