package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Model;
import dev.filigree.model.Network;
import dev.filigree.model.Networks;
import dev.filigree.model.Site;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import dev.filigree.train.loss.CrossEntropy;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights that share a small array. */
class SharedTest {

    private static final int ALL = 3000; // more than the weights have

    @TempDir
    Path folder;

    private static Compute compute(int threads) {
        return new Compute(Kernels.best(), new Parallel(threads));
    }

    /** Outputs that are no multiple of a tile. */
    private static Network network() {
        return new Mlp(List.of(36, 24, 20, 3), Activation.RELU);
    }

    private static Shared shared(int threads, int numbers, double spread, Shared.Pull pull) {
        return new Shared(compute(threads), network(), numbers, spread, pull, new Rng(1));
    }

    private static Loop loop(Compute compute, Model model, List<Hook> hooks, long steps) {
        Networks task = Networks.all().stream().filter(n -> n.name().equals("iso-flop WIDE")).findFirst().orElseThrow(); // images of 36 pixels
        return new Loop(compute, model, new Setup(new Supervised(new CrossEntropy(0)), task.batches().apply(new Rng(2)), new Sgd(0.9, false, 1e-3), 0.05, new Rates.Constant(0),
                Double.MAX_VALUE, steps, Layout.CSR, hooks, new Rng(3)));
    }

    private static float[] trained(Shared model, long steps) {
        try (Loop loop = loop(compute(1), model, List.of(model.hook()), steps)) {
            while (loop.step() < steps) {
                loop.advance();
            }
        }
        return values(model.network().param("layer.0.weight").forward());
    }

    private static float[] values(Weight w) {
        float[] out = new float[w.rows() * w.cols()];
        w.forEach((r, c, slot, v) -> out[r * w.cols() + c] = v);
        return out;
    }

    @Test
    void anArrayAsLargeAsTheWeightsIsThePlainNetwork() {
        Network plain = network();
        Shared model = shared(1, ALL, 0.3, Shared.Pull.MEAN);
        new Birth(compute(1), plain, new Rng(1).split("birth"));
        for (Site s : plain.sites()) {
            Tiled w = (Tiled) model.network().param(s).forward();
            plain.param(s).set(new Tiled(w.rows(), w.cols(), Floats.allocate(w.tiles().length()).copyFrom(w.tiles())));
        }
        try (Loop loop = loop(compute(1), plain, List.of(), 10)) {
            loop.run((step, steps, loss, batch, seconds) -> { });
        }
        assertArrayEquals(values(plain.param("layer.0.weight").forward()), trained(model, 10), 1e-5f);
    }

    @Test
    void weightsHaveNoMoreDifferentSizesThanTheArrayHasNumbers() {
        Shared model = shared(1, 300, 1, Shared.Pull.MEAN);
        assertEquals(256, model.memory().forward().positions(), "whole chunks");
        Set<Float> sizes = new HashSet<>();
        Weight w = model.network().param("layer.0.weight").forward();
        w.forEach((r, c, slot, v) -> sizes.add(Math.abs(v)));
        assertTrue(w.positions() == 864 && sizes.size() <= 256 && sizes.size() > 250, "found " + sizes.size());
    }

    /** All weights in an array of one chunk, so that number i of it is used by slots i, i + 64 and so on. */
    @Test
    void theGradientOfANumberIsThatOfItsUses() {
        for (Shared.Pull pull : Shared.Pull.values()) {
            Network net = new Mlp(List.of(36, 16, 16, 3), Activation.RELU);
            Shared model = new Shared(compute(1), net, Shared.CHUNK, 1, pull, new Rng(5));
            try (Loop loop = loop(compute(1), model, List.of(model.hook()), 1)) {
                float[] expected = new float[Shared.CHUNK];
                double[] squares = new double[Shared.CHUNK];
                float[] before = Slots.of(model.memory().forward()).toArray();
                float[] scales = new float[3];
                for (int l = 0; l < 3; l++) {
                    scales[l] = Math.abs(Slots.of(net.param("layer." + l + ".weight").forward()).get(0) / before[0]);
                }
                float[][] signs = new float[3][];
                for (int l = 0; l < 3; l++) {
                    Floats w = Slots.of(net.param("layer." + l + ".weight").forward());
                    signs[l] = new float[w.length()];
                    for (int i = 0; i < w.length(); i++) {
                        signs[l][i] = Math.signum(w.get(i) / before[i % Shared.CHUNK]);
                    }
                }
                loop.advance();
                for (int l = 0; l < 3; l++) {
                    Floats g = loop.gradients().of(net.param("layer." + l + ".weight"));
                    for (int i = 0; i < g.length(); i++) {
                        assertTrue(l < 2 || i % Kernels.TILE_ROWS < 3 || g.get(i) == 0, "rows that fill up a tile have no gradient");
                        expected[i % Shared.CHUNK] += scales[l] * signs[l][i] * g.get(i);
                        squares[i % Shared.CHUNK] += scales[l] * scales[l]; // padding counts: it has places too
                    }
                }
                for (int i = 0; i < Shared.CHUNK; i++) {
                    double g = pull == Shared.Pull.MEAN ? expected[i] / squares[i] : expected[i];
                    assertEquals(g, loop.gradients().of(model.memory()).get(i), 1e-4 * (1 + Math.abs(g)), pull + " " + i);
                    assertEquals(before[i] - 0.05 * (g + 1e-3 * before[i]), Slots.of(model.memory().forward()).get(i), 1e-4, "a step of momentum");
                }
            }
        }
    }

    @Test
    void theSpreadOfTheArrayMakesNoDifference() {
        assertArrayEquals(trained(shared(1, 400, 1, Shared.Pull.MEAN), 10), trained(shared(1, 400, 20, Shared.Pull.MEAN), 10), 1e-4f);
    }

    @Test
    void itLearnsWithATenthOfTheNumbers() {
        Shared model = shared(1, 128, 1, Shared.Pull.MEAN);
        try (Loop loop = loop(compute(1), model, List.of(model.hook()), 150)) {
            double first = loop.advance().total();
            while (loop.step() < loop.steps()) {
                loop.advance();
            }
            assertTrue(loop.loss().total() < 0.5 * first, first + " to " + loop.loss().total());
        }
    }

    @Test
    void theSameBitsOnAnyNumberOfThreadsAndWhereverItIsStopped() {
        float[] one = trained(shared(1, 400, 1, Shared.Pull.MEAN), 20);
        Shared many = shared(3, 400, 1, Shared.Pull.MEAN);
        assertArrayEquals(one, trained(many, 20), 0f);
        Path state = folder.resolve("state.safetensors");
        Shared first = shared(1, 400, 1, Shared.Pull.MEAN);
        try (Loop loop = loop(compute(1), first, List.of(first.hook()), 20)) {
            while (loop.step() < 7) {
                loop.advance();
            }
            Snapshot.save(state, loop, Map.of());
        }
        Shared second = shared(1, 400, 1, Shared.Pull.MEAN);
        try (Loop loop = loop(compute(1), second, List.of(second.hook()), 20)) {
            Snapshot.load(state, loop, Map.of());
            loop.rehearse(0);
            while (loop.step() < 20) {
                loop.advance();
            }
        }
        assertArrayEquals(one, values(second.network().param("layer.0.weight").forward()), 0f);
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThrows(UserError.class, () -> shared(1, 63, 1, Shared.Pull.MEAN));
        assertThrows(UserError.class, () -> shared(1, 100, 0, Shared.Pull.MEAN));
    }
}
