package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.UserError;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Tiled;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What N:M training refuses, in one line that says what to do. */
class StraightThroughTest {

    private static final Site MATRIX = new Site("layer.weight", 0, Role.HIDDEN, 8, 12);

    @Test
    void thePatternDecidesTheSparsity() {
        Regime regime = Parts.REGIMES.make("ste(pattern=1:4)");
        assertEquals(0.75, regime.fixedSparsity().orElseThrow());
        assertTrue(regime.births(List.of(MATRIX), 0.75).isEmpty());
        refused("--sparsity: found 90%", () -> regime.births(List.of(MATRIX), 0.9));
    }

    @Test
    void impossibleCombinationsAreRefused() {
        refused("--allocation", () -> Parts.REGIMES.make("sr-ste").with(Parts.ALLOCATIONS.make("erk")));
        refused("found '4x1'", () -> Parts.REGIMES.make("ste(pattern=4x1)"));
        refused("every=0", () -> Parts.REGIMES.make("ste(every=0)"));
        refused("has 12 inputs, expected a multiple of 16", () -> Parts.REGIMES.make("ste(pattern=8:16)").births(List.of(MATRIX), 0.5));
        refused("--method asp: layer.weight has 12 inputs, expected a multiple of 8", () -> Parts.REGIMES.make("asp(pattern=1:8)").births(List.of(MATRIX), 0.875));
        refused("found at=1.0", () -> Parts.REGIMES.make("asp(at=1)"));
        refused("dense=0.6 and settle=0.5", () -> Parts.REGIMES.make("pgf(dense=0.6,settle=0.5)"));
        refused("found 'cubic'", () -> Parts.REGIMES.make("pgf(decay=cubic)"));
        refused("found 'none'", () -> Parts.REGIMES.make("pgf-stages(stages=none)"));
        refused("found 'both'", () -> Parts.REGIMES.make("bdwp(back=both)"));
        refused("found 'loss'", () -> Parts.REGIMES.make("sr-ste(into=loss)"));
        refused("found 1.5, expected a share of the steps", () -> Parts.REGIMES.make("ast(ramp=1.5)"));
        refused("found -1.0, expected at least 0", () -> Parts.REGIMES.make("cast(decay=-1)"));
        refused("is a convolution", () -> Parts.REGIMES.make("ste").births(List.of(new Site("conv.weight", 0, Role.HIDDEN, 8, 36, 3, 3)), 0.5));
    }

    /** In three steps the smaller two of four lose 0.6 of their root mean square, a third of it in each. */
    @Test
    void castShrinksWhatIsToGoByTheSameLengthInEveryStepAndKeepsRowsAsLongAsTheyWere() {
        Regime regime = Parts.REGIMES.make("cast(decay=0.6,ramp=0,every=1)");
        try (SmallRun run = new SmallRun(List.of(4, 4, 2), regime, 0.5, 3)) {
            Site first = run.net.sites().getFirst();
            give(run, first, 4, -3, 2, 1, 4, -3, 2, -1, 4, 3, -2, 1, 4, 3, 2, 1);
            still(run);
            double length = Math.sqrt(30);
            float[] row = {4, -3, 2, 1};
            for (int step = 0; step < 2; step++) {
                double now = Math.sqrt(row[0] * row[0] + row[1] * row[1] + row[2] * row[2] + row[3] * row[3]);
                for (int i = 0; i < 4; i++) {
                    row[i] *= (float) (length / now);
                }
                double shrink = 0.6 / 3 * length / 2; // rows are as long as they were, all alike
                row[2] -= (float) shrink;
                row[3] = (float) Math.max(0, row[3] - shrink);
                run.loop.advance();
                assertArrayEquals(row, master(run, first), 2e-4f, "step " + step);
            }
            run.loop.advance();
            assertEquals(8, run.net.param(first).forward().nonZeros());
        }
    }

    @Test
    void astPullsHarderAndHarderUntilItsRampEnds() {
        Regime regime = Parts.REGIMES.make("ast(decay=0.2,ramp=0.5,every=1)");
        try (SmallRun run = new SmallRun(List.of(4, 4, 2), regime, 0.5, 8)) {
            Site first = run.net.sites().getFirst();
            give(run, first, 4, -3, 2, 1, 4, -3, 2, -1, 4, 3, -2, 1, 4, 3, 2, 1);
            still(run);
            double third = 2;
            for (int step = 0; step < 7; step++) {
                run.loop.advance();
                third -= 0.05 * 0.2 * Math.min(1, step / 4.0) * third;
                assertEquals(third, master(run, first)[2], 2e-4, "step " + step);
                assertEquals(4, master(run, first)[0], 2e-4, "a survivor, weight decay apart");
            }
        }
    }

    private static void give(SmallRun run, Site site, float... values) {
        Tiled dense = (Tiled) run.net.param(site).forward();
        for (int i = 0; i < values.length; i++) {
            dense.tiles().set(dense.slot(i / site.cols(), i % site.cols()), values[i]);
        }
    }

    /** Lets no gradient reach the first layer: all that is left is the decay. */
    private static void still(SmallRun run) {
        Site last = run.net.sites().getLast();
        give(run, last, new float[last.rows() * last.cols()]);
        run.loop.gradients().freeze(run.net.param(last), true);
    }

    private static float[] master(SmallRun run, Site site) {
        Tiled all = (Tiled) run.net.param(site).backward();
        float[] row = new float[site.cols()];
        for (int c = 0; c < row.length; c++) {
            row[c] = all.get(0, c);
        }
        return row;
    }

    private static void refused(String what, Runnable action) {
        String message = assertThrows(UserError.class, action::run).getMessage();
        assertTrue(message.contains(what) && message.lines().count() == 1, message);
    }
}
