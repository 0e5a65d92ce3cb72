package dev.filigree.prune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.calib.Need;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.prune.criterion.Obs;
import dev.filigree.prune.method.Gqsa;
import dev.filigree.prune.method.Scored;
import dev.filigree.prune.pattern.Blocks;
import dev.filigree.prune.recovery.GroupScales;
import dev.filigree.tensor.CodedGroups;
import dev.filigree.tensor.Grid;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class GqsaTest {

    private static final Compute COMPUTE = new Compute(Kernels.best(), new Parallel(2));
    private static final double DAMP = 0.01;

    @Test
    void keepsTheGroupsOfHighestCostMakesUpForWhatGoesAndStoresItsSteps() {
        Subject s = Samples.subject(40, 96, 5, COMPUTE);
        Task task = Samples.task(s, Blocks.of(1, 16), Scope.LAYER, 0.5);
        Kept kept = new Gqsa(DAMP).prune(task);
        Kept chosen = new Scored(new Obs(DAMP)).prune(task);
        assertArrayEquals(chosen.live(), kept.live());
        Matrix rounded = chosen.values().copy();
        for (int at = 0; at < rounded.values().length; at += 16) {
            Grid grid = Grid.of(rounded.values(), at, at + 16);
            for (int i = at; i < at + 16; i++) {
                rounded.values()[i] = grid.value(grid.code(rounded.values()[i]));
            }
        }
        float[] gram = s.evidence().of(s.site(), Need.GRAM);
        double naive = OutputError.relative(s.weights(), rounded, gram, COMPUTE);
        double mended = OutputError.relative(s.weights(), kept.values(), gram, COMPUTE);
        assertTrue(mended < 0.95 * naive, mended + " beside " + naive);
        Topology live = kept.topology();
        CodedGroups stored = CodedGroups.pack(Arena.ofAuto(), live, kept.canonical(live));
        assertArrayEquals(kept.canonical(live).toArray(), Layout.canonical(stored, live).toArray());
    }

    /** Inputs that do not depend on each other: each scale is the projection of the dense weights on the steps, {@code <d, w> / <d, d>}. */
    @Test
    void aScaleIsRefittedToTheDenseWeightsAndRounded() {
        float[] dense = new float[32];
        float[] steps = new float[32];
        for (int i = 0; i < 16; i++) {
            steps[i] = i - 5;
            dense[i] = 0.7f * (i - 5) + (i % 2 == 0 ? 0.1f : -0.1f);
        }
        dense[20] = 3f; // a group that is gone stays gone
        double[][] x = new double[32][32];
        for (int i = 0; i < 32; i++) {
            x[i][i] = 1;
        }
        Subject given = Samples.subject(1, 32, 1, COMPUTE);
        Subject s = new Subject(given.site(), new Matrix(1, 32, dense), Samples.evidence(x), COMPUTE, given.rng());
        boolean[] live = new boolean[32];
        java.util.Arrays.fill(live, 0, 16, true);
        Kept kept = new GroupScales(1e-9).recover(new Task(s, Blocks.of(1, 16), new long[] {1}), new Kept(new Matrix(1, 32, steps), live));
        double inner = 0;
        double square = 0;
        for (int i = 0; i < 16; i++) {
            inner += (double) dense[i] * steps[i];
            square += (double) steps[i] * steps[i];
        }
        float scale = Grid.scale((float) (inner / square));
        for (int i = 0; i < 32; i++) {
            assertEquals(scale * (i < 16 ? i - 5 : 0), kept.values().values()[i], "" + i);
        }
    }

    @Test
    void refittedScalesLoseLessAndAreStoredAsTheyAre() {
        Subject s = Samples.subject(40, 96, 5, COMPUTE);
        Task task = Samples.task(s, Blocks.of(1, 16), Scope.LAYER, 0.5);
        Kept before = new Gqsa(DAMP).prune(task);
        Kept after = new GroupScales(DAMP).recover(task, before);
        float[] gram = s.evidence().of(s.site(), Need.GRAM);
        double rounded = OutputError.relative(s.weights(), before.values(), gram, COMPUTE);
        double refitted = OutputError.relative(s.weights(), after.values(), gram, COMPUTE);
        assertTrue(refitted < rounded, refitted + " beside " + rounded);
        Topology live = after.topology();
        CodedGroups stored = CodedGroups.pack(Arena.ofAuto(), live, after.canonical(live));
        assertArrayEquals(after.canonical(live).toArray(), Layout.canonical(stored, live).toArray());
    }

    /** Two inputs that are the same: what rounding takes from the first goes to the second. */
    @Test
    void whatRoundingTakesTheNextInputGets() {
        float[] w = new float[32];
        w[0] = 1f;
        w[1] = 0.46f; // 6.9 steps of 1/15
        w[16] = 0.5f;
        Matrix weights = new Matrix(1, 32, w);
        Rng rng = new Rng(2);
        double[][] x = new double[4000][32];
        for (double[] token : x) {
            for (int c = 0; c < 32; c++) {
                token[c] = rng.nextGaussian();
            }
            token[16] = token[1];
        }
        Subject given = Samples.subject(1, 32, 1, COMPUTE);
        Subject s = new Subject(given.site(), weights, Samples.evidence(x), COMPUTE, given.rng());
        Kept kept = new Gqsa(1e-6).prune(new Task(s, Blocks.of(1, 16), new long[] {2}));
        float[] v = kept.values().values();
        float lost = 0.46f - v[1];
        assertTrue(Math.abs(lost) > 1e-3, "" + lost);
        assertEquals(0.5f + lost, v[16], 5e-3f);
    }
}
