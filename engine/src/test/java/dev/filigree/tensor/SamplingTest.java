package dev.filigree.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Random positions, and what becomes of values when positions change. */
class SamplingTest {

    @RepeatedTest(30)
    void drawsDifferentDeadPositionsExactlyAsManyAsAskedFor(RepetitionInfo repetition) {
        Rng rng = new Rng(repetition.getCurrentRepetition());
        int rows = 1 + rng.nextInt(40);
        int cols = 1 + rng.nextInt(70);
        Topology live = Sampling.topology(rows, cols, rng.nextInt(rows * cols + 1), rng);
        int count = rng.nextInt(rows * cols - live.count() + 1);
        long[] drawn = Sampling.dead(live, count, rng);
        assertEquals(count, drawn.length);
        assertEquals(count, Arrays.stream(drawn).distinct().count());
        for (int i = 0; i < count; i++) {
            assertTrue(i == 0 || drawn[i] > drawn[i - 1], "ascending");
            assertEquals(-1, live.find((int) (drawn[i] / cols), (int) (drawn[i] % cols)), "dead");
        }
    }

    @Test
    void everyPositionIsAboutAsLikely() {
        int[] hits = new int[30];
        Topology live = Sampling.topology(5, 6, 0, new Rng(1));
        for (int seed = 0; seed < 3000; seed++) {
            for (long p : Sampling.dead(live, 7, new Rng(seed))) {
                hits[(int) p]++;
            }
        }
        for (int h : hits) {
            assertEquals(700, h, 110); // four standard deviations of a binomial
        }
    }

    @Test
    void morePositionsThanThereAreAreRefused() {
        Topology live = Sampling.topology(3, 4, 10, new Rng(1));
        assertThrows(IllegalArgumentException.class, () -> Sampling.dead(live, 3, new Rng(2)));
    }

    @Test
    void aLayerOfMoreThan2To31PositionsIsDrawnInPartsWithoutADenseArray() {
        int n = 200_000;
        int count = 3_000_000;
        Topology t = Sampling.topology(n, n, count, new Rng(3));
        assertEquals(count, t.count());
        int half = t.start().get(n / 2);
        assertEquals(count / 2.0, half, count * 0.001, "even over rows");
    }

    @RepeatedTest(30)
    void aRewiringKeepsTheValuesOfThoseThatStayAndStartsNewbornsAtZero(RepetitionInfo repetition) {
        Rng rng = new Rng(100 + repetition.getCurrentRepetition());
        int rows = 1 + rng.nextInt(20);
        int cols = 1 + rng.nextInt(30);
        Topology before = Sampling.topology(rows, cols, rng.nextInt(rows * cols + 1), rng);
        Floats values = Floats.allocate(before.count());
        for (int i = 0; i < before.count(); i++) {
            values.set(i, 1 + i);
        }
        int[] dies = Arrays.stream(Sampling.distinct(rng, before.count() / 3, before.count())).mapToInt(i -> (int) i).toArray();
        long[] born = Sampling.dead(before, (rows * cols - before.count()) / 2, rng);
        Rewiring change = Rewiring.of(before, dies, born);
        Floats after = change.values(values);
        assertEquals(before.count() - dies.length + born.length, change.after().count());
        Set<Integer> dead = new HashSet<>();
        Arrays.stream(dies).forEach(dead::add);
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                int was = before.find(r, c);
                int is = change.after().find(r, c);
                long position = (long) r * cols + c;
                boolean newborn = Arrays.binarySearch(born, position) >= 0;
                boolean stays = was >= 0 && !dead.contains(was);
                assertEquals(newborn || stays, is >= 0);
                if (is >= 0) {
                    assertEquals(newborn ? 0 : values.get(was), after.get(is));
                }
            }
        }
    }
}
