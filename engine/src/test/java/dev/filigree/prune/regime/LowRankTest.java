package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Changes and scores of low rank, against their formulas written out. */
class LowRankTest {

    private static final int ROWS = 41; // more than a task
    private static final int COLS = 6;
    private static final int RANK = 2;
    private static final Site SITE = new Site("w", 0, Role.HIDDEN, ROWS, COLS);
    private static final Compute COMPUTE = new Compute(Kernels.best(), Parallel.single());

    private final Rng rng = new Rng(3);
    private final Tiled weight = random();
    private final LowRankWeight learned = LowRankWeight.begin(SITE, weight.tiles(), RANK, new Rng(4));

    private Tiled random() {
        Tiled t = Tiled.room(ROWS, COLS);
        t.forEach((r, c, slot, v) -> t.tiles().set(slot, (float) rng.nextGaussian()));
        return t;
    }

    /** {@code left [rows x rank]} times {@code right [rank x cols]}, one entry. */
    private static double product(Floats left, Floats right, int r, int c) {
        double sum = 0;
        for (int i = 0; i < RANK; i++) {
            sum += (double) left.get(r * RANK + i) * right.get(i * COLS + c);
        }
        return sum;
    }

    private Floats values(int param) {
        return Slots.of(learned.params().get(param).forward());
    }

    private void shake() {
        for (int p : new int[] {1, 3, 4, 5}) { // what begins at zero
            Floats v = values(p);
            for (int i = 0; i < v.length(); i++) {
                v.set(i, (float) (0.5 * rng.nextGaussian()));
            }
        }
    }

    @Test
    void atFirstNothingChangesAndTheLargestWeightsLive() {
        float[] before = weight.tiles().toArray();
        learned.change(COMPUTE, weight);
        for (int i = 0; i < before.length; i++) {
            assertEquals(before[i], weight.tiles().get(i));
        }
        assertTrue(learned.choose(COMPUTE, weight, 50));
        float[] sizes = new float[ROWS * COLS];
        weight.forEach((r, c, slot, v) -> sizes[r * COLS + c] = Math.abs(v));
        java.util.Arrays.sort(sizes);
        float least = sizes[sizes.length - 50];
        weight.forEach((r, c, slot, v) -> assertEquals(Math.abs(v) >= least, learned.live().live().find(r, c) >= 0));
        assertFalse(learned.choose(COMPUTE, weight, 50), "nothing moved");
    }

    @Test
    void theHighestOfTheFourScoresTogetherLive() {
        Tiled first = new Tiled(ROWS, COLS, Floats.allocate(weight.tiles().length()).copyFrom(weight.tiles()));
        shake();
        learned.change(COMPUTE, weight);
        double[] scores = new double[ROWS * COLS];
        weight.forEach((r, c, slot, v) -> {
            assertEquals(first.get(r, c) + product(values(0), values(1), r, c), v, 1e-5);
            scores[r * COLS + c] = Math.abs(v) + product(values(2), values(3), r, c) + values(4).get(r) + values(5).get(c);
        });
        learned.choose(COMPUTE, weight, 60);
        double[] sorted = scores.clone();
        java.util.Arrays.sort(sorted);
        double between = (sorted[sorted.length - 60] + sorted[sorted.length - 61]) / 2;
        weight.forEach((r, c, slot, v) -> assertEquals(scores[r * COLS + c] > between, learned.live().live().find(r, c) >= 0));
    }

    @Test
    void gradientsAreTheirFormulas() {
        shake();
        learned.change(COMPUTE, weight);
        learned.choose(COMPUTE, weight, 60);
        Tiled g = random();
        Gradients out = new Gradients(learned.params());
        learned.learn(COMPUTE, weight, g.tiles(), out);
        double[][] expected = new double[6][];
        for (int p = 0; p < 6; p++) {
            expected[p] = new double[values(p).length()];
        }
        weight.forEach((r, c, slot, w) -> {
            double slope = g.get(r, c);
            double dS = slope * w;
            double dW = (learned.live().live().find(r, c) >= 0 ? slope : 0) + Math.signum(w) * dS;
            for (int i = 0; i < RANK; i++) {
                expected[0][r * RANK + i] += dW * values(1).get(i * COLS + c);
                expected[1][i * COLS + c] += dW * values(0).get(r * RANK + i);
                expected[2][r * RANK + i] += dS * values(3).get(i * COLS + c);
                expected[3][i * COLS + c] += dS * values(2).get(r * RANK + i);
            }
            expected[4][r] += dS;
            expected[5][c] += dS;
        });
        List<Held> params = learned.params();
        for (int p = 0; p < 6; p++) {
            for (int i = 0; i < expected[p].length; i++) {
                assertEquals(expected[p][i], out.of(params.get(p)).get(i), 1e-4 * (1 + Math.abs(expected[p][i])), params.get(p).name() + " " + i);
            }
        }
    }

    @Test
    void fewNumbersAreTrainedAndImpossibleOnesRefused() {
        assertEquals(5 * (ROWS + COLS), ((LowRank) Parts.REGIMES.make("pst(rank=2)")).trained(List.of(SITE)));
        assertThrows(UserError.class, () -> Parts.REGIMES.make("pst(rank=0)"));
        assertThrows(UserError.class, () -> Parts.REGIMES.make("pst(rate=0)"));
        assertThrows(UserError.class, () -> Parts.REGIMES.make("pst(allocation=global)"));
    }

    @Test
    void biasesOfTheSitesStay() {
        try (SmallRun run = new SmallRun(List.of(8, 12, 3), Parts.REGIMES.make("pst(rank=1)"), 0.5, 20)) {
            float[] before = Slots.of(run.net.bias(run.net.sites().getFirst()).forward()).toArray();
            run.loop.run((step, steps, loss, batch, seconds) -> { });
            assertEquals(List.of(before[0], before[5]), List.of(Slots.of(run.net.bias(run.net.sites().getFirst()).forward()).get(0), Slots.of(run.net.bias(run.net.sites().getFirst()).forward()).get(5)));
            assertEquals(Math.round(0.5 * (8 * 12)) + Math.round(0.5 * 36), run.live());
        }
    }
}
