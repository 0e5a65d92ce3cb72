package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Supernet;
import dev.filigree.model.Supernet.Operation;
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
import java.util.List;
import org.junit.jupiter.api.Test;

/** Shares of operations follow the loss, and take turns with the weights. */
class MixtureTest {

    private static final Compute ONE = new Compute(Kernels.best(), Parallel.single());
    private static final Shape SHAPE = new Shape(1, 8, 8);

    private static Supernet network() {
        Supernet n = new Supernet(SHAPE, 2, 4, Supernet.edges("3x3-5x5-pool-skip.3x3-skip"));
        Birth birth = new Birth(ONE, n, new Rng(1));
        n.sites().forEach(birth::dense);
        return n;
    }

    private static Loop loop(Supernet n, List<Hook> hooks, long steps) {
        return new Loop(ONE, n, new Setup(new Supervised(new CrossEntropy(0)), new ExampleBatches(new Halves(SHAPE), 32, n.form(), Augmentation.NONE, new Rng(2)),
                new Sgd(0.9, false, 0), 0.05, new Rates.Constant(0), Double.MAX_VALUE, steps, Layout.CSR, hooks, new Rng(3)));
    }

    @Test
    void theFirstStepOfTheSharesGoesDownTheLoss() {
        Supernet n = network();
        Mixture mixture = new Mixture(n, 0.1, 0);
        double[] slopes = new double[4]; // at the shares of the first edge
        Hook slope = new Halves.Looking() {
            @Override
            public void differentiated(Loop loop, long step) {
                for (int k = 0; k < 4 && step == 1; k++) {
                    var g = loop.gradients().of(n.gains(0).get(k));
                    for (int c = 0; c < 4; c++) {
                        slopes[k] += g.get(c);
                    }
                }
            }
        };
        try (Loop loop = loop(n, List.of(mixture, slope), 2)) {
            loop.advance();
            assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, mixture.shares(0), "weights come first");
            loop.advance();
            double mean = (slopes[0] + slopes[1] + slopes[2] + slopes[3]) / 4;
            double[] p = mixture.shares(0);
            assertEquals(1, p[0] + p[1] + p[2] + p[3], 1e-12);
            for (int k = 0; k < 4; k++) {
                double a = Math.log(p[k]);
                for (int j = 0; j < 4; j++) { // Adam's first step is the rate against the sign of p (g - mean)
                    double expected = 0.1 * (Math.signum(slopes[j] - mean) - Math.signum(slopes[k] - mean));
                    assertEquals(expected, a - Math.log(p[j]), 1e-3);
                }
            }
        }
    }

    @Test
    void weightsAndSharesTakeTurnsFromTheStepAskedFor() {
        Supernet n = network();
        Mixture mixture = new Mixture(n, 0.1, 2);
        try (Loop loop = loop(n, List.of(mixture), 4)) {
            for (int step = 0; step < 4; step++) {
                float before = weight(n);
                double share = mixture.shares(1)[0];
                loop.advance();
                if (step == 3) {
                    assertEquals(before, weight(n), "a step of the shares");
                    assertNotEquals(share, mixture.shares(1)[0]);
                } else {
                    assertNotEquals(before, weight(n), "a step of the weights");
                    assertEquals(share, mixture.shares(1)[0]);
                }
                assertEquals((float) share, Slots.of(n.gains(1).getFirst().backward()).get(0), "products see the shares that the step began with");
            }
        }
    }

    private static float weight(Supernet n) {
        return Slots.of(n.param("edge.0.3x3.weight").backward()).get(0);
    }

    @Test
    void aRunThatWasStoppedGoesOnAndTheBestIsWhatCountsMost() {
        Supernet whole = network();
        Mixture mixture = new Mixture(whole, 0.1, 0);
        StateReader saved;
        try (Loop loop = loop(whole, List.of(mixture), 12)) {
            for (int step = 0; step < 6; step++) {
                loop.advance();
            }
            StateWriter state = new StateWriter();
            loop.save(state);
            saved = state.copied();
            loop.run((s, all, loss, batch, seconds) -> { });
        }
        Supernet half = network();
        Mixture other = new Mixture(half, 0.1, 0);
        try (Loop loop = loop(half, List.of(other), 12)) {
            loop.load(saved);
            loop.run((s, all, loss, batch, seconds) -> { });
        }
        assertArrayEquals(mixture.shares(0), other.shares(0));
        assertEquals(weight(whole), weight(half));
        double[] p = mixture.shares(0);
        Operation best = mixture.best().getFirst();
        assertTrue(java.util.Arrays.stream(p).allMatch(v -> v <= p[best.ordinal()]));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThrows(UserError.class, () -> new Mixture(network(), 0, 1));
        assertThrows(UserError.class, () -> Supernet.edges("3x3.7x7"));
        assertThrows(UserError.class, () -> new Supernet(SHAPE, 2, 4, Supernet.edges("3x3-3x3")));
        assertThrows(UserError.class, () -> new Supernet(new Shape(1, 3, 8), 2, 4, Supernet.edges("3x3")));
    }
}
