package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Learned scores on a weight of two rows, small enough for a sheet of paper. */
class ScoresTest {

    private static final Parallel ONE = Parallel.single();
    private static final Compute COMPUTE = new Compute(Kernels.best(), ONE);
    private static final Site SITE = new Site("w", 0, Role.HIDDEN, 2, 3);

    private static Tiled tiled(float... values) {
        return Tiled.pack(Arena.ofAuto(), Dense.of(2, 3, Floats.of(values)));
    }

    private static Scores scores(float... values) {
        Tiled score = tiled(values);
        return new Scores(score, Floats.allocate(score.tiles().length()), null);
    }

    private static float[] values(Tiled t) {
        float[] out = new float[t.rows() * t.cols()];
        t.forEach((r, c, slot, v) -> out[r * t.cols() + c] = v);
        return out;
    }

    private static float[] mask(Scores s) {
        float[] out = new float[6];
        Topology live = s.live().live();
        for (int r = 0; r < 2; r++) {
            for (int j = live.start().get(r); j < live.start().get(r + 1); j++) {
                out[r * 3 + live.column().get(j)] = 1;
            }
        }
        return out;
    }

    @Test
    void theGradientGoesStraightThroughAtEveryPosition() {
        Scores s = scores(3, 2, 1, 0, 0, 0);
        assertTrue(s.choose(ONE, 2, 1));
        Tiled w = tiled(1, -2, 3, -4, 5, 6);
        Tiled g = tiled(1, 1, -1, 1, 0, 2);
        s.learn(COMPUTE, w.tiles(), g.tiles(), 0.1f, 0.5f);
        float[] once = {3 - 0.1f, 2 + 0.2f, 1 + 0.3f, 0.4f, 0, -1.2f}; // s - 0.1 g w
        assertArrayEquals(once, values(s.score()), 1e-6f);
        s.learn(COMPUTE, w.tiles(), tiled(0, 0, 0, 0, 0, 0).tiles(), 0.1f, 0.5f);
        float[] first = {3, 2, 1, 0, 0, 0};
        float[] twice = new float[6];
        for (int i = 0; i < 6; i++) {
            twice[i] = once[i] + 0.5f * (once[i] - first[i]); // momentum alone
        }
        assertArrayEquals(twice, values(s.score()), 1e-6f);
    }

    @Test
    void theAnswerOfTheWeightsSpeaksForWhatLivesAndHasAGradient() {
        Scores s = scores(3, 2, 1, 0, 0, 0);
        s.choose(ONE, 2, 1);
        s.learnAnswer(tiled(2, -3, 4, 5, 6, 7).tiles(), 0.1f, 0.5f);
        assertArrayEquals(new float[] {3 + 0.1f * 0.5f * 4, 2 + 0.1f * 0.5f * 9, 1, 0, 0, 0}, values(s.score()), 1e-6f);
    }

    @Test
    void aGradientIsMaskedOutsideOfWhatLives() {
        Scores s = scores(1, 0, 0, 0, 0, 2);
        s.choose(ONE, 2, 1);
        Tiled g = tiled(1, 2, 3, 4, 5, 6);
        s.mask(ONE, g.tiles());
        assertArrayEquals(new float[] {1, 0, 0, 0, 0, 6}, values(g));
    }

    @Test
    void ofTheSwapsWantedThoseWithTheWidestGapAreMade() {
        Scores s = scores(9, 8, 7, 0, 0, 0);
        assertTrue(s.choose(ONE, 3, 1));
        assertFalse(s.choose(ONE, 3, 1), "nothing changed");
        Tiled news = tiled(9, 2, 1, 4, 0, 6); // positions 1 and 2 are to give way to 3 and 5
        s.score().tiles().copyFrom(news.tiles());
        assertTrue(s.choose(ONE, 3, 0.3));
        assertArrayEquals(new float[] {1, 1, 0, 0, 0, 1}, mask(s), "the lowest for the highest, at least one");
        assertTrue(s.choose(ONE, 3, 1));
        assertArrayEquals(new float[] {1, 0, 0, 1, 0, 1}, mask(s));
        assertTrue(s.choose(ONE, 1, 0.1), "fewer are to live: no restriction");
        assertArrayEquals(new float[] {1, 0, 0, 0, 0, 0}, mask(s));
    }

    @Test
    void scoresBeginWhereTheyShould() {
        Tiled w = tiled(0.1f, -0.5f, 0.2f, 0, -0.3f, 0.25f);
        assertArrayEquals(new float[] {0.99f, 1, 0.99f, 0.99f, 1, 0.99f}, values(Start.SURVIVORS.scores(SITE, w, 2, ONE, new Rng(1))));
        float scale = (float) (Math.sqrt(6.0 / 3) / 0.5);
        assertArrayEquals(new float[] {0.1f * scale, 0.5f * scale, 0.2f * scale, 0, 0.3f * scale, 0.25f * scale},
                values(Start.MAGNITUDE.scores(SITE, w, 2, ONE, new Rng(1))), 1e-6f);
        assertArrayEquals(new float[6], values(Start.ZERO.scores(SITE, w, 2, ONE, new Rng(1))));
        float[] random = values(Start.RANDOM.scores(SITE, w, 2, ONE, new Rng(1)));
        for (float v : random) {
            assertTrue(v >= 0 && v < 1 / Math.sqrt(3), Arrays.toString(random));
        }
        assertEquals(6, Arrays.stream(new int[] {0, 1, 2, 3, 4, 5}).mapToObj(i -> random[i]).distinct().count());
    }

    @Test
    void impossibleSettingsAreRefusedInOneLine() {
        for (String wrong : List.of("edge-popup(rate=-1)", "jackpots(swaps=0)", "jackpots(swaps=1.5)", "jackpots(start=large)", "bip(momentum=1)", "bip(every=0)",
                "movement(until=1)", "bip(implicit=-1)", "edge-popup(allocation=global)")) {
            UserError e = assertThrows(UserError.class, () -> Parts.REGIMES.make(wrong), wrong);
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        }
    }
}
