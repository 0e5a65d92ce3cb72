package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Supernet;
import dev.filigree.model.Supernet.Operation;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Augmentation;
import dev.filigree.train.Birth;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operations go one by one, the weakest first, and what is left is what was asked for. */
class ShrinkingTest {

    private static final Compute ONE = new Compute(Kernels.best(), Parallel.single());
    private static final Shape SHAPE = new Shape(1, 8, 8);
    private static final int STEPS = 10;

    private static Supernet network() {
        Supernet n = new Supernet(SHAPE, 2, 4, Supernet.edges("3x3-5x5-pool-skip.3x3-skip"));
        Birth birth = new Birth(ONE, n, new Rng(1));
        n.sites().forEach(birth::dense);
        return n;
    }

    private static Loop loop(Supernet n, List<Hook> hooks, double rate) {
        return new Loop(ONE, n, new Setup(new Supervised(new CrossEntropy(0)), new ExampleBatches(new Halves(SHAPE), 32, n.form(), Augmentation.NONE, new Rng(2)),
                new Sgd(0, false, 0), rate, new Rates.Constant(0), Double.MAX_VALUE, STEPS, Layout.CSR, hooks, new Rng(3)));
    }

    private static void gain(Supernet n, int edge, int k, float value) {
        Slots.of(n.gains(edge).get(k).backward()).fill(value);
    }

    @Test
    void theWeakestGoesFirstAndAnEdgeKeepsItsLast() {
        Supernet n = network();
        Shrinking shrinking = new Shrinking(n, 0, 0.5);
        List<Integer> left = new ArrayList<>();
        try (Loop loop = loop(n, List.of(shrinking), 1e-6)) {
            gain(n, 0, 0, 0.3f);
            gain(n, 0, 1, -0.2f); // its size counts
            gain(n, 0, 2, 0.5f);
            gain(n, 0, 3, 0.4f);
            gain(n, 1, 0, 0.1f);
            gain(n, 1, 1, 0.6f);
            for (int s = 0; s < STEPS; s++) {
                loop.advance();
                left.add(n.operations().stream().mapToInt(List::size).sum());
                if (s == 2) { // 4 go in 5 steps: before step 2 the first
                    assertEquals(List.of(Operation.SKIP), n.operations().get(1), "0.1 goes");
                }
            }
        }
        assertEquals(List.of(6, 6, 5, 4, 3, 2, 2, 2, 2, 2), left);
        assertEquals(List.of(List.of(Operation.POOL), List.of(Operation.SKIP)), n.operations());
        assertEquals(1, n.param("edge.0.5x5.weight").forward().nonZeros(), "what went holds nothing");
    }

    @Test
    void gainsArePulledByWhatTheirOperationsCost() {
        float[][] gradients = new float[2][];
        for (int i = 0; i < 2; i++) {
            Supernet n = network();
            Floats[] seen = new Floats[3];
            Hook look = new Halves.Looking() {
                @Override
                public void differentiated(Loop loop, long step) {
                    for (int k = 0; k < 3; k++) {
                        Floats g = loop.gradients().of(n.gains(0).get(k));
                        seen[k] = Floats.allocate(g.length()).copyFrom(g);
                    }
                }
            };
            try (Loop loop = loop(n, List.of(new Shrinking(n, i, 1), look), 1e-6)) {
                loop.advance();
            }
            gradients[i] = new float[] {seen[0].get(2), seen[1].get(2), seen[2].get(2)};
        }
        assertEquals(0.36, gradients[1][0] - gradients[0][0], 1e-5, "9 of 25 taps");
        assertEquals(1, gradients[1][1] - gradients[0][1], 1e-5);
        assertEquals(0.1, gradients[1][2] - gradients[0][2], 1e-5, "pooling has no weights and is not free");
    }

    @Test
    void besidePruningAStoppedRunGoesOnWithTheSameBits() {
        Supernet whole = network();
        StateReader saved;
        try (Loop loop = loop(whole, hooks(whole), 0.05)) {
            for (int s = 0; s < 4; s++) {
                loop.advance();
            }
            StateWriter state = new StateWriter();
            loop.save(state);
            saved = state.copied();
            loop.run((s, all, loss, batch, seconds) -> { });
        }
        Supernet other = network();
        try (Loop loop = loop(other, hooks(other), 0.05)) {
            loop.load(saved);
            loop.run((s, all, loss, batch, seconds) -> { });
        }
        assertEquals(whole.operations(), other.operations());
        assertEquals(values(whole), values(other));
        assertFalse(whole.operations().stream().anyMatch(e -> e.size() > 1));
        assertTrue(whole.live() <= 0.2 * whole.positions() + 2, "what went holds a position each");
    }

    private static List<Hook> hooks(Supernet n) {
        List<Hook> hooks = new ArrayList<>(List.of(new Shrinking(n, 0.01, 0.6)));
        hooks.addAll(Parts.REGIMES.make("granet(times=5,until=0.6)").hooks(n.sites(), 0.8));
        return hooks;
    }

    private static String values(Supernet n) {
        StringBuilder all = new StringBuilder();
        n.params().forEach(p -> p.forward().forEach((r, c, slot, v) -> all.append(v).append(' ')));
        return all.toString();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThrows(UserError.class, () -> new Shrinking(network(), -1, 0.5));
        assertThrows(UserError.class, () -> new Shrinking(network(), 0, 0));
        Supernet n = network();
        n.remove(1, Operation.SKIP);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> n.remove(1, Operation.CONV3)).getMessage().contains("edge 1"));
    }
}
