package dev.filigree.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The stopwatch on a clock that only work moves. */
class StopwatchTest {

    private static final long US = 1000;
    private static final long MS = 1000 * US;

    private long now;
    private final Stopwatch watch = new Stopwatch(() -> now);

    @Test
    void theMedianOfOneCallIsFound() {
        List<Stopwatch.Spent> spent = watch.race(List.of(() -> now += 38 * US, () -> now += 5 * MS), true);
        assertEquals(38 * US, spent.get(0).nanos(), 1);
        assertEquals(5 * MS, spent.get(1).nanos(), 1);
        assertEquals(0, spent.get(0).spread(), 1e-9);
    }

    @Test
    void workThatTheCompilerHasYetToReplaceIsNotTimed() {
        long ready = 300 * MS;
        List<Stopwatch.Spent> spent = watch.race(List.of(() -> now += now < ready ? 900 * US : 40 * US, () -> now += 50 * US), false);
        assertEquals(40 * US, spent.get(0).nanos(), 1);
        assertEquals(0, spent.get(0).spread(), 1e-9);
    }

    @Test
    void workThatNeverSettlesEnds() {
        watch.race(List.of(() -> now += Math.max(1, 100 * MS - now / 1000)), false);
        assertTrue(now < 20_000 * MS, now + " ns");
    }

    @Test
    void aSlowMomentHitsAllAndMovesNoMedian() {
        long slowFrom = 20 * MS;
        long slowTo = 30 * MS;
        List<Stopwatch.Spent> spent = watch.race(List.of(() -> now += now >= slowFrom && now < slowTo ? 300 * US : 100 * US,
                () -> now += now >= slowFrom && now < slowTo ? 600 * US : 200 * US), true);
        assertEquals(2, spent.get(1).nanos() / spent.get(0).nanos(), 0.1);
    }

    @Test
    void unsteadyWorkIsTimedLongerAndSaysSo() {
        int[] calls = {0};
        Runnable unsteady = () -> now += calls[0]++ % 3 == 0 ? 6 * MS : 3 * MS;
        long start = now;
        Stopwatch.Spent spent = watch.race(List.of(unsteady), true).getFirst();
        assertTrue(spent.spread() > Reading.STEADY, spent.toString());
        assertEquals(20, calls[0], "two to settle, twice nine rounds: " + (now - start));
    }
}
