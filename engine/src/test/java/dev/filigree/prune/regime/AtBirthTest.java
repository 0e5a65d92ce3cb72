package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.model.Mlp;
import dev.filigree.model.Network;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.saliency.Young;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Birth;
import dev.filigree.train.Hook;
import dev.filigree.train.StateWriter;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who lives before the first step. */
class AtBirthTest {

    private static final List<Integer> DEEP = List.of(30, 24, 24, 24, 24, 24, 4);

    /** A network whose positions were chosen. */
    private static Young chosen(String method, List<Integer> widths, double sparsity) {
        Regime regime = Parts.REGIMES.make(method);
        Network shape = new Mlp(widths, Activation.RELU);
        Hook[] hooks = regime.hooks(shape.sites(), sparsity).toArray(Hook[]::new);
        Young young = Young.mlp(widths, Activation.RELU, hooks);
        hooks[0].begin(young.loop());
        return young;
    }

    @Test
    void theHighestScoresOfAllLayersLiveAndOfEqualOnesTheEarlier() {
        List<int[]> dies = Worst.of(List.of(Floats.of(3, -1, 2, 2), Floats.of(2, 5, -7)), 4);
        assertArrayEquals(new int[] {1}, dies.get(0));
        assertArrayEquals(new int[] {0, 2}, dies.get(1));
        List<int[]> none = Worst.of(List.of(Floats.of(1, 2), Floats.of(0)), 3);
        assertEquals(0, none.get(0).length + none.get(1).length);
        List<int[]> alike = Worst.of(List.of(Floats.of(0, 0), Floats.of(0, 0)), 3);
        assertArrayEquals(new int[] {1}, alike.get(1));
        assertEquals(0, alike.get(0).length);
    }

    @Test
    void survivorsKeepTheirValuesAndTheLargestMagnitudesSurvive() {
        List<Integer> widths = List.of(9, 7, 3);
        try (Young young = chosen("at-birth(saliency=magnitude)", widths, 0.6); Young dense = Young.mlp(widths, Activation.RELU)) {
            float[] all = new float[9 * 7 + 7 * 3];
            int at = 0;
            for (var site : dense.net().sites()) {
                Tiled w = (Tiled) dense.net().param(site).forward();
                for (int i = 0; i < site.positions(); i++) {
                    all[at++] = Math.abs(w.get(i / site.cols(), i % site.cols()));
                }
            }
            Arrays.sort(all);
            int keep = Math.round(0.4f * all.length);
            assertEquals(keep, Arrays.stream(young.live()).sum());
            for (var site : young.net().sites()) {
                Tiled born = (Tiled) dense.net().param(site).forward();
                young.net().param(site).forward().forEach((r, c, slot, v) -> {
                    assertEquals(born.get(r, c), v);
                    assertTrue(Math.abs(v) >= all[all.length - keep]);
                });
            }
        }
    }

    /** As few survivors as two for each layer: one threshold in one go leaves layers without any, many small ones do not. */
    @Test
    void synflowNeverLosesALayerBeforeItHasTo() {
        double positions = 30 * 24 + 4 * 24 * 24 + 24 * 4;
        double sparsity = 1 - 12 / positions;
        try (Young synflow = chosen("synflow", DEEP, sparsity); Young once = chosen("synflow(rounds=1)", DEEP, sparsity);
                Young magnitude = chosen("at-birth(saliency=magnitude)", DEEP, sparsity)) {
            assertEquals(12, Arrays.stream(synflow.live()).sum());
            assertTrue(Arrays.stream(synflow.live()).allMatch(l -> l > 0), Arrays.toString(synflow.live()));
            assertTrue(reaches(synflow.net()), "a path from an input to an output is left");
            assertFalse(reaches(once.net()) && reaches(magnitude.net()), "else this test could not fail");
        }
    }

    private static boolean reaches(Network net) {
        boolean[] alive = null;
        for (var site : net.sites()) {
            boolean[] in = alive;
            boolean[] out = new boolean[site.rows()];
            net.param(site).forward().forEach((r, c, slot, v) -> out[r] |= in == null || in[c]);
            alive = out;
        }
        boolean any = false;
        for (boolean a : alive) {
            any |= a;
        }
        return any;
    }

    @Test
    void atRandomOnlyTheNumbersOfTheLayersStay() {
        try (Young scored = chosen("snip", DEEP, 0.9); Young random = chosen("snip(positions=random)", DEEP, 0.9);
                Young fresh = chosen("snip(values=fresh)", DEEP, 0.9); Young dense = Young.mlp(DEEP, Activation.RELU)) {
            assertArrayEquals(scored.live(), random.live());
            assertTrue(Arrays.stream(scored.live()).distinct().count() > 1, "layers keep different numbers");
            for (var site : scored.net().sites()) {
                Tiled born = (Tiled) dense.net().param(site).forward();
                random.net().param(site).forward().forEach((r, c, slot, v) -> assertEquals(born.get(r, c), v));
            }
            var first = scored.net().sites().getFirst();
            Topology positions = Topology.of(scored.net().param(first).forward());
            assertArrayEquals(positions.column().toArray(), Topology.of(fresh.net().param(first).forward()).column().toArray());
            assertFalse(Arrays.equals(positions.column().toArray(), Topology.of(random.net().param(first).forward()).column().toArray()));
            assertNotEquals(scored.values(0).get(0), fresh.values(0).get(0));
        }
    }

    /** Kept where the length of the gradient is to be kept: the opposite choice leaves a shorter one. */
    @Test
    void graspKeepsGradientsLongerThanSnip() {
        try (Young grasp = chosen("grasp", DEEP, 0.9); Young snip = chosen("snip", DEEP, 0.9)) {
            assertTrue(gradient(grasp) > gradient(snip), gradient(grasp) + " for grasp and " + gradient(snip) + " for snip");
        }
    }

    private static double gradient(Young young) {
        young.loop().probe(young.loop().setup().step(), 3);
        double sum = 0;
        for (var site : young.net().sites()) {
            for (float g : young.loop().gradients().of(young.net().param(site)).toArray()) {
                sum += g * g;
            }
        }
        return Math.sqrt(sum);
    }

    @Test
    void aRehearsalAndARunStoppedBeforeItsFirstStepChooseTheSame() {
        Regime regime = Parts.REGIMES.make("snip(positions=random,values=fresh)");
        Network shape = new Mlp(DEEP, Activation.RELU);
        try (Young plain = Young.mlp(DEEP, Activation.RELU, regime.hooks(shape.sites(), 0.9).getFirst());
                Young rehearsed = Young.mlp(DEEP, Activation.RELU, regime.hooks(shape.sites(), 0.9).getFirst());
                Young stopped = Young.mlp(DEEP, Activation.RELU, regime.hooks(shape.sites(), 0.9).getFirst())) {
            assertTrue(rehearsed.loop().rehearse(0).memory().parameters() < rehearsed.loop().memory().parameters(), "what is rehearsed is sparse");
            StateWriter state = new StateWriter();
            rehearsed.loop().save(state);
            stopped.loop().load(state.copied());
            for (Young y : List.of(plain, rehearsed, stopped)) {
                y.loop().advance();
                y.loop().advance();
            }
            assertArrayEquals(plain.everything(), rehearsed.everything(), 0f);
            assertArrayEquals(plain.everything(), stopped.everything(), 0f);
        }
    }

    @Test
    void itSaysThatItWasDenseAndRefusesWhatMakesNoSense() {
        assertEquals(Footprint.DENSE_BIRTH, Parts.REGIMES.make("snip").footprint());
        refused("--allocation", () -> Parts.REGIMES.make("snip").with(Parts.ALLOCATIONS.make("erk")));
        refused("rounds=0", () -> Parts.REGIMES.make("synflow(rounds=0)"));
        refused("found 'best', expected one of [scored, random]", () -> Parts.REGIMES.make("snip(positions=best)"));
        refused("temperature", () -> Parts.REGIMES.make("at-birth(saliency=grasp(temperature=0))"));
        refused("candidates=0", () -> Parts.REGIMES.make("random-search(candidates=0)"));
    }

    private static void refused(String what, Runnable action) {
        String message = assertThrows(UserError.class, action::run).getMessage();
        assertTrue(message.contains(what) && message.lines().count() == 1, message);
    }

    @Test
    void randomSearchEndsWithTheLowestLossOfItsDrawings() {
        double first = searched(1);
        double best = searched(12);
        assertTrue(best < first, best + " after twelve drawings, " + first + " after one");
        assertTrue(searched(30) <= best, "more drawings are not worse");
    }

    /** The loss before training of the network that was found. */
    private static double searched(int candidates) {
        Regime regime = Parts.REGIMES.make("random-search(candidates=" + candidates + ",batches=3)");
        Hook hook = regime.hooks(new Mlp(DEEP, Activation.RELU).sites(), 0.8).getFirst();
        try (Young young = Young.mlp(DEEP, Activation.RELU, hook)) {
            for (var site : young.net().sites()) { // born sparse, in a way that the hook may improve
                Topology live = Sampling.topology(site.rows(), site.cols(), (int) (0.2 * site.positions()), new Rng(3).split(site.name()));
                young.loop().rewire(site, live, Birth.values(young.compute(), young.net(), site, live.count(), new Rng(4).split(site.name())));
            }
            hook.begin(young.loop());
            return young.loop().probe(young.loop().setup().step(), 3);
        }
    }
}
