package dev.filigree.prune.drop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.prune.Parts;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which live weights die. */
class DropTest {

    static List<Catalog.Entry<Drop>> drops() {
        return Parts.DROPS.entries();
    }

    @ParameterizedTest
    @MethodSource("drops")
    void exactlyAsManyAsAskedForAscending(Catalog.Entry<Drop> entry) {
        for (int seed = 0; seed < 40; seed++) {
            Rng rng = new Rng(seed);
            Floats values = values(rng, rng.nextInt(300));
            int count = rng.nextInt(values.length() + 1);
            int[] chosen = entry.make().choose(values, count);
            assertEquals(count, chosen.length);
            assertArrayEquals(IntStream.of(chosen).distinct().sorted().toArray(), chosen);
        }
    }

    @RepeatedTest(20)
    void smallestIsTheSmallestByMagnitudeOfEqualOnesTheLater(RepetitionInfo repetition) {
        Rng rng = new Rng(repetition.getCurrentRepetition());
        Floats values = values(rng, 1 + rng.nextInt(200));
        int count = rng.nextInt(values.length() + 1);
        int[] expected = IntStream.range(0, values.length()).boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> Math.abs(values.get(i))).thenComparing(Comparator.reverseOrder())).limit(count)
                .mapToInt(i -> i).sorted().toArray();
        assertArrayEquals(expected, new Smallest().choose(values, count));
    }

    @Test
    void bothSignsLoseTheSameShare() {
        Floats values = Floats.of(-1f, -2f, -3f, -4f, 5f, 6f, 7f, 8f);
        assertArrayEquals(new int[] {0, 1, 4, 5}, new SmallestOfEachSign().choose(values, 4));
    }

    private static Floats values(Rng rng, int n) {
        Floats values = Floats.allocate(n);
        for (int i = 0; i < n; i++) {
            values.set(i, (rng.nextInt(41) - 20) / 8f * (rng.nextInt(3) == 0 ? 1e-20f : 1)); // many equal ones, and tiny ones
        }
        return values;
    }
}
