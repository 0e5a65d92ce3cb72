package dev.filigree.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RngTest {

    @Test
    void aNamedStreamDoesNotDependOnWhatElseWasDrawn() {
        Rng a = new Rng(5);
        Rng b = new Rng(5);
        b.nextLong();
        assertEquals(a.split("data").nextLong(), b.split("data").nextLong());
        assertNotEquals(a.split("data").nextLong(), a.split("mask").nextLong());
        assertNotEquals(new Rng(5).nextLong(), new Rng(6).nextLong());
    }

    @Test
    void aStreamGoesOnFromAStoredState() {
        Rng a = new Rng(1);
        a.nextLong();
        Rng b = new Rng(1);
        b.restore(a.state());
        assertEquals(a.nextLong(), b.nextLong());
    }

    @Test
    void numbersAreUniformEnough() {
        Rng rng = new Rng(3);
        int[] counts = new int[10];
        double sum = 0;
        double squares = 0;
        int n = 100_000;
        for (int i = 0; i < n; i++) {
            counts[rng.nextInt(10)]++;
            double g = rng.nextGaussian();
            sum += g;
            squares += g * g;
        }
        for (int c : counts) {
            assertEquals(n / 10.0, c, 500);
        }
        assertEquals(0, sum / n, 0.02);
        assertEquals(1, squares / n, 0.03);
        int[] p = rng.permutation(50);
        Arrays.sort(p);
        assertEquals(IntStream.range(0, 50).boxed().toList(), Arrays.stream(p).boxed().toList());
    }
}
