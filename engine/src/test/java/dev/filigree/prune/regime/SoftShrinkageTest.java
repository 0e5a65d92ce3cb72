package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import dev.filigree.train.Hook;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Weights that shrink before they die. */
class SoftShrinkageTest {

    @Test
    void theSmallestOfEachLayerShrinkByTheRatioAndMayComeBack() {
        try (SmallRun run = new SmallRun(List.of(3, 2, 2), new Dense(), 0, 8)) {
            Site first = run.net.sites().getFirst();
            Site last = run.net.sites().getLast();
            run.give(first, 1, -2, 3, 4, -5, 6);
            run.give(last, -10, 9, 8, 7);
            Hook shrink = Parts.REGIMES.make("iss(until=0.5,halvings=4)").hooks(run.net.sites(), 0.5).getFirst(); // halved in each of four steps
            shrink.afterStep(run.loop, 0);
            assertEquals(List.of(0.5f, -1f, 1.5f, 4f, -5f, 6f), run.values(first));
            assertEquals(List.of(-10f, 9f, 4f, 3.5f), run.values(last));
            run.give(first, 100, -1, 1.5f, 4, -5, 6);
            shrink.afterStep(run.loop, 1);
            assertEquals(List.of(100f, -0.5f, 0.75f, 2f, -5f, 6f), run.values(first));
            shrink.beforeStep(run.loop, 4);
            assertEquals(List.of(100f, -5f, 6f), run.values(first));
            shrink.afterStep(run.loop, 4);
            assertEquals(List.of(100f, -5f, 6f), run.values(first), "no more");
        }
    }

    @Test
    void aWeightThatIsAlwaysSmallIsHalvedAsOftenWhateverTheLengthOfTheRun() {
        for (int steps : new int[] {10, 1000}) {
            try (SmallRun run = new SmallRun(List.of(1, 2, 2), new Dense(), 0, steps)) {
                Site first = run.net.sites().getFirst();
                Hook shrink = Parts.REGIMES.make("iss(until=0.5,halvings=3)").hooks(run.net.sites(), 0.5).getFirst();
                run.give(first, 1, 100);
                for (int step = 0; step < steps / 2; step++) {
                    shrink.afterStep(run.loop, step);
                }
                assertEquals(0.125, run.values(first).getFirst(), 1e-4, steps + " steps");
            }
        }
    }

    @Test
    void hardThresholdingLeavesExactlyWhatIsToSurvive() {
        try (SmallRun run = new SmallRun(List.of(20, 40, 5), Parts.REGIMES.make("iht"), 0.9, 100)) {
            for (int step = 0; step < 30; step++) {
                run.loop.advance();
                for (Site s : run.net.sites()) {
                    assertEquals(Math.round(0.1 * s.positions()), run.values(s).stream().filter(v -> v != 0).count(), "after step " + step);
                }
            }
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        for (String wrong : List.of("iss(until=1)", "iss(until=0)", "iss(halvings=0)", "iht(allocation=global)")) {
            assertThrows(UserError.class, () -> Parts.REGIMES.make(wrong), wrong);
        }
    }
}
