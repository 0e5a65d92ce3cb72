package dev.filigree.prune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.UserError;
import dev.filigree.prune.schedule.Cubic;
import dev.filigree.prune.schedule.Schedule;
import dev.filigree.prune.schedule.Staged;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How sparsity grows. */
class ScheduleTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 50, 1000, 1701})
    void everyScheduleRisesToTheTargetAndStaysThere(long steps) {
        for (Entry<Schedule> e : Parts.SCHEDULES.entries()) {
            Schedule s = e.make();
            for (double target : new double[] {0, 0.6, 0.8, 0.95}) {
                double before = s.start(target);
                for (long step = 0; step < steps; step++) {
                    double now = s.sparsity(step, steps, target);
                    assertTrue(now >= before - 1e-12 && now <= target + 1e-12, e.name() + " at " + step + " of " + steps + ": " + before + " to " + now);
                    assertTrue(s.fires(step, steps) || Math.abs(now - before) < 1e-12, e.name() + " moved without firing at " + step);
                    before = now;
                }
                assertEquals(target, before, 1e-12, e.name() + " over " + steps);
            }
        }
    }

    @Test
    void repruneFiresThreeTimesEarlyAndDensityFallsByAConstantFactor() {
        Schedule s = Parts.SCHEDULES.make("reprune(start=0.7)");
        assertEquals(List.of(60L, 140L, 220L), firing(s, 1000));
        double d0 = 1 - s.start(0.9);
        double d1 = 1 - s.sparsity(60, 1000, 0.9);
        double d2 = 1 - s.sparsity(140, 1000, 0.9);
        double d3 = 1 - s.sparsity(220, 1000, 0.9);
        assertEquals(d1 / d0, d2 / d1, 1e-9);
        assertEquals(d1 / d0, d3 / d2, 1e-9);
    }

    @Test
    void gradualFollowsTheCubicCurve() {
        Schedule s = new Cubic(0, 0.5, 10);
        assertEquals(List.of(10L, 20L, 30L, 40L, 50L, 60L, 70L, 80L, 90L, 100L), firing(s, 200));
        assertEquals(0.8 - 0.8 * Math.pow(0.7, 3), s.sparsity(30, 200, 0.8), 1e-12);
        assertEquals(s.sparsity(30, 200, 0.8), s.sparsity(39, 200, 0.8), 0);
    }

    @Test
    void impossibleSchedulesAreRefused() {
        assertThrows(UserError.class, () -> new Staged(1, 0.1, 0.2, 3));
        assertThrows(UserError.class, () -> new Staged(0.5, 0.3, 0.2, 3));
        assertThrows(UserError.class, () -> new Cubic(0.5, 1, 3));
    }

    @Test
    void beforeTrainingARecipePrunesToTheStartOfItsSchedule() {
        Schedule s = Parts.SCHEDULES.make("reprune");
        assertEquals(0.7, Recipe.parse("unstructured", "uniform", "magnitude", "90%").before(s).sparsity());
        assertEquals(0.6, Recipe.parse("unstructured", "uniform", "magnitude", "60%").before(s).sparsity());
        assertEquals(0.75, Recipe.parse("1:4", "uniform", "magnitude", null).before(s).sparsity());
    }

    private static List<Long> firing(Schedule s, long steps) {
        List<Long> at = new ArrayList<>();
        for (long i = 0; i < steps; i++) {
            if (s.fires(i, steps)) {
                at.add(i);
            }
        }
        return at;
    }
}
