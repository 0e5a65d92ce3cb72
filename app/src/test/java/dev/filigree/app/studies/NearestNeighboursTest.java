package dev.filigree.app.studies;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Parallel;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import org.junit.jupiter.api.Test;

/** Most of the five nearest decide, and only by the features that were chosen. */
class NearestNeighboursTest {

    private static final Compute ONE = new Compute(Kernels.best(), Parallel.single());

    @Test
    void mostOfTheNearestDecideByTheChosenFeatures() {
        float[][] rows = {{0, 9}, {1, 9}, {2, 9}, {10, 0}, {11, 0}, {12, 0}, {13, 0}};
        NearestNeighbours judge = new NearestNeighbours(rows, new int[] {0, 0, 0, 1, 1, 1, 1}, 2);
        float[][] asked = {{1, 0}, {11, 9}};
        assertEquals(1, judge.right(ONE, asked, new int[] {0, 1}, new int[] {0}), "three of the five nearest of 0..2 are of class 0");
        assertEquals(1, judge.right(ONE, asked, new int[] {1, 0}, new int[] {1}), "the other feature says the contrary");
        assertEquals(0.5, judge.right(ONE, asked, new int[] {0, 0}, new int[] {0}));
    }

    @Test
    void ofAsManyVotesTheNearestDecides() {
        float[][] rows = {{1}, {2}, {3}, {4}};
        NearestNeighbours judge = new NearestNeighbours(rows, new int[] {1, 0, 0, 1}, 2);
        assertEquals(1, judge.right(ONE, new float[][] {{0}, {5}}, new int[] {1, 1}, new int[] {0}));
    }
}
