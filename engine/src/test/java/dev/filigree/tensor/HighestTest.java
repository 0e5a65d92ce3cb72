package dev.filigree.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import java.lang.foreign.Arena;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The highest numbers are those that a sort finds, of equal ones the first. */
class HighestTest {

    private static Tiled tiled(int rows, int cols, float... values) {
        return Tiled.pack(Arena.ofAuto(), Dense.of(rows, cols, Floats.of(values)));
    }

    private static Set<Integer> positions(Topology t) {
        Set<Integer> all = new TreeSet<>();
        for (int r = 0; r < t.rows(); r++) {
            for (int j = t.start().get(r); j < t.start().get(r + 1); j++) {
                all.add(r * t.cols() + t.column().get(j));
            }
        }
        assertEquals(t.count(), all.size());
        return all;
    }

    @Test
    void aCaseThatCanBeCheckedByHand() {
        Tiled t = tiled(2, 3, 0.5f, -2, 0.5f, 3, 0.5f, -0f);
        assertEquals(Set.of(), positions(Highest.of(Parallel.single(), t, 0)));
        assertEquals(Set.of(3), positions(Highest.of(Parallel.single(), t, 1)));
        assertEquals(Set.of(0, 2, 3), positions(Highest.of(Parallel.single(), t, 3)), "of three halves the first two");
        assertEquals(Set.of(0, 2, 3, 4, 5), positions(Highest.of(Parallel.single(), t, 5)), "zero is above -2");
        assertEquals(6, Highest.of(Parallel.single(), t, 6).count());
        assertThrows(IllegalArgumentException.class, () -> Highest.of(Parallel.single(), t, 7));
    }

    @Test
    void theSameAsASort() {
        try (Parallel three = new Parallel(3)) {
            for (int[] shape : List.of(new int[] {1, 1}, new int[] {7, 5}, new int[] {13, 64}, new int[] {601, 701})) {
                Rng rng = new Rng(shape[0]);
                float[] v = new float[shape[0] * shape[1]];
                for (int i = 0; i < v.length; i++) {
                    v[i] = i % 3 == 0 ? rng.nextInt(5) - 2 : (float) rng.nextGaussian(); // many equal ones
                }
                Integer[] order = IntStream.range(0, v.length).boxed().sorted(Comparator.comparing((Integer i) -> -(v[i] + 0f))).toArray(Integer[]::new);
                for (double share : List.of(0.05, 0.3, 0.5, 0.9, 1.0)) {
                    int count = (int) Math.ceil(share * v.length);
                    Topology found = Highest.of(three, tiled(shape[0], shape[1], v), count);
                    assertEquals(new TreeSet<>(List.of(order).subList(0, count)), positions(found), shape[0] + " " + share);
                    Topology.of("checks the order", found.rows(), found.cols(), found.start(), found.column());
                }
            }
        }
    }

    @Test
    void ordersFollowNumbers() {
        float[] rising = {Float.NEGATIVE_INFINITY, -1e30f, -1, -1e-40f, 0, 1e-40f, 1, 1e30f, Float.POSITIVE_INFINITY};
        for (int i = 1; i < rising.length; i++) {
            assertTrue(Highest.order(rising[i - 1]) < Highest.order(rising[i]), rising[i - 1] + " " + rising[i]);
        }
        assertEquals(Highest.order(0f), Highest.order(-0f));
    }
}
