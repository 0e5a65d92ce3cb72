package dev.filigree.retrieve.judged;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Rng;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedTestTest {

    @ParameterizedTest
    @CsvSource({"12.706205, 1, 0.05", "2.2281389, 10, 0.05", "1.9718962, 200, 0.05", "63.656741, 1, 0.01", "3.1692727, 10, 0.01", "1, 1, 0.5", "0, 7, 1"})
    void studentsDistributionIsThatOfTables(double t, int freedom, double p) {
        assertEquals(p, StudentT.twoSided(t, freedom), 1e-7);
        if (p < 1) {
            assertEquals(t, StudentT.quantile(p, freedom), 1e-5);
        }
    }

    @Test
    void byHand() {
        // mean 1, variance 2.5, so t = 1 / sqrt(2.5 / 5) = 1.41421 with 4 degrees of freedom: p = 0.2302
        PairedTest test = PairedTest.of(new double[] {-1, 0, 1, 2, 3}, new Rng(1));
        assertEquals(1, test.mean(), 1e-12);
        assertEquals(0.2302, test.student(), 5e-5);
        assertEquals(2.7764451 * Math.sqrt(0.5), test.half(), 1e-5);
    }

    @Test
    void signsAreDrawnAsOftenAsTheyShould() {
        // all of eight differences point one way: two of 256 choices of signs reach their sum
        PairedTest test = PairedTest.of(DoubleStream.of(1, 2, 3, 4, 5, 6, 7, 8).toArray(), new Rng(3));
        assertEquals(2 / 256.0, test.randomised(), 0.001);
        assertEquals(test, PairedTest.of(DoubleStream.of(1, 2, 3, 4, 5, 6, 7, 8).toArray(), new Rng(3)));
        double[] many = new double[100];
        many[70] = 1; // one query alone proves nothing, also past the first 64
        assertEquals(1, PairedTest.of(many, new Rng(3)).randomised());
    }

    @Test
    void theEnds() {
        PairedTest none = PairedTest.of(new double[] {0, 0, 0}, new Rng(1));
        assertEquals(1, none.student());
        assertEquals(1, none.randomised());
        assertTrue(Double.isNaN(PairedTest.of(new double[] {0.3}, new Rng(1)).student()));
        assertEquals(0, PairedTest.of(new double[] {0.5, 0.5, 0.5}, new Rng(1)).student());
    }
}
