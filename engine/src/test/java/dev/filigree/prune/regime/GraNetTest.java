package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Global;
import dev.filigree.prune.allocation.Uniform;
import dev.filigree.tensor.Topology;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pruning over all sites and regeneration. */
class GraNetTest {

    private static final List<Integer> WIDTHS = List.of(3, 2, 2);

    @Test
    void oneThresholdTakesTheSmallestWhereverTheyAre() {
        try (SmallRun run = small()) {
            new Thinning(new Global()).thin(run.loop, run.net.sites(), 0.5);
            assertEquals(List.of(6f), run.values(run.net.sites().getFirst()));
            assertEquals(List.of(-10f, 9f, 8f, 7f), run.values(run.net.sites().getLast()));
        }
    }

    @Test
    void theLargestOfASiteStaysWhateverTheThreshold() {
        try (SmallRun run = small()) {
            new Thinning(new Global()).thin(run.loop, run.net.sites(), 0.8);
            assertEquals(List.of(6f), run.values(run.net.sites().getFirst()));
            assertEquals(List.of(-10f), run.values(run.net.sites().getLast()));
        }
    }

    @Test
    void anAllocationByShapesPrunesEachSiteByItself() {
        try (SmallRun run = small()) {
            new Thinning(new Uniform()).thin(run.loop, run.net.sites(), 0.5);
            assertEquals(List.of(4f, -5f, 6f), run.values(run.net.sites().getFirst()));
            assertEquals(List.of(-10f, 9f), run.values(run.net.sites().getLast()));
        }
    }

    @Test
    void theShareOfZerosFollowsTheCubicCurveAndRegenerationMovesAsManyAsItKills() {
        try (SmallRun run = new SmallRun(List.of(20, 40, 5), Parts.REGIMES.make("granet(times=10,until=0.5)"), 0.9, 100)) {
            Site first = run.net.sites().getFirst();
            for (int step = 0; step < 100; step++) {
                Topology before = run.positions(first);
                run.loop.advance();
                double progress = Math.min(1, step / 10 * 10 / 50.0);
                assertEquals(Math.round(1000 * (1 - 0.9 + 0.9 * Math.pow(1 - progress, 3))), run.live(), 1, "after step " + step);
                Topology now = run.positions(first);
                if (step >= 60 && step % 10 == 0) { // the target is reached, and positions still move
                    double share = 0.25 * (1 + Math.cos(Math.PI * step / 100));
                    assertEquals(before.count(), now.count());
                    assertTrue(stayed(before, now) >= Math.round((1 - share) * now.count()) && stayed(before, now) < now.count(), "at step " + step);
                }
            }
        }
    }

    @Test
    void bornSparseItNeverHoldsMore() {
        Regime regime = Parts.REGIMES.make("granet(from=0.5)");
        assertEquals(Footprint.SPARSE, regime.footprint());
        assertEquals(Footprint.DENSE_MASTER, Parts.REGIMES.make("granet").footprint());
        try (SmallRun run = new SmallRun(List.of(20, 40, 20, 5), regime, 0.9, 60)) {
            long born = run.live();
            assertEquals(0.5 * 1700, born, 2);
            for (int step = 0; step < 60; step++) {
                run.loop.advance();
                assertTrue(run.live() <= born);
            }
            assertEquals(170, run.live());
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        for (String wrong : List.of("granet(until=0.99)", "granet(from=1)", "granet(times=0)", "granet(allocation=damage)")) {
            assertEquals(1, assertThrows(UserError.class, () -> Parts.REGIMES.make(wrong)).getMessage().lines().count(), wrong);
        }
    }

    private static SmallRun small() {
        SmallRun run = new SmallRun(WIDTHS, new Dense(), 0, 1);
        run.give(run.net.sites().getFirst(), 1, -2, 3, 4, -5, 6);
        run.give(run.net.sites().getLast(), -10, 9, 8, 7);
        return run;
    }

    private static long stayed(Topology before, Topology now) {
        long stayed = 0;
        for (int r = 0; r < now.rows(); r++) {
            for (int j = now.start().get(r); j < now.start().get(r + 1); j++) {
                stayed += before.find(r, now.column().get(j)) >= 0 ? 1 : 0;
            }
        }
        return stayed;
    }
}
