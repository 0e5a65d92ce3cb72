package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Form;
import dev.filigree.ops.Samples;
import dev.filigree.ops.Value;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Birth;
import dev.filigree.train.Evaluation;
import dev.filigree.train.loss.Objective;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Weights that are normal distributions. */
class SsviTest {

    private static final List<Integer> WIDTHS = List.of(20, 40, 5);

    private static Variational posterior(SmallRun run) {
        return (Variational) run.loop.setup().hooks().stream().filter(h -> h instanceof Variational).findFirst().orElseThrow();
    }

    @Test
    void whatAWeightIsWorthFollowsFromItsDistribution() {
        assertEquals(4, Ssvi.Removal.SNR.worth(-2, 0.5), 1e-12);
        double half = Math.sqrt(2 / Math.PI); // E|w| of a standard normal distribution
        assertEquals(half / Math.sqrt(1 - half * half), Ssvi.Removal.ABS_SNR.worth(0, 1), 1e-6);
        assertEquals(half * half / Math.sqrt(1 - half * half), Ssvi.Removal.MEAN_SNR.worth(0, 1), 1e-6);
        assertEquals(10, Ssvi.Removal.ABS_SNR.worth(-10, 1), 1e-3, "far from zero |w| is as w");
        double sum = 0; // E|w| of N(0.3, 0.5^2), by a sum
        for (int i = -80000; i < 80000; i++) {
            double w = 0.3 + (i + 0.5) * 1e-4 * 0.5;
            sum += Math.abs(w) * Math.exp(-Math.pow((w - 0.3) / 0.5, 2) / 2) * 1e-4 / Math.sqrt(2 * Math.PI);
        }
        assertEquals(sum, Ssvi.Removal.meanSize(0.3, 0.5), 1e-5);
    }

    @Test
    void drawsHaveTheMeanAndTheDeviation() {
        try (SmallRun run = new SmallRun(WIDTHS, Parts.REGIMES.make("ssvi(first=0.2)"), 0.7, 4)) {
            Site site = run.net.sites().getFirst();
            float[] mean = Slots.of(run.net.param(site).backward()).toArray();
            double sum = 0;
            double squares = 0;
            for (int k = 0; k < 50; k++) {
                posterior(run).draw(run.loop.compute(), run.net, new Rng(k));
                Floats drawn = Slots.of(run.net.param(site).forward());
                for (int i = 0; i < mean.length; i++) {
                    double e = (drawn.get(i) - mean[i]) / 0.2;
                    sum += e;
                    squares += e * e;
                }
            }
            double n = 50.0 * mean.length;
            assertEquals(0, sum / n, 5 / Math.sqrt(n));
            assertEquals(1, squares / n, 5 * Math.sqrt(2 / n));
            posterior(run).mean(run.net);
            assertFalse(run.net.param(site).projected());
        }
    }

    /** With nothing but the divergence from the prior, deviations grow to that of the prior and means shrink. */
    @Test
    void theDivergencePullsTowardsThePrior() {
        try (SmallRun run = new SmallRun(WIDTHS, Parts.REGIMES.make("ssvi(first=0.01,temper=1e6,prior=0.02,rate=0.01,times=1)"), 0.7, 150)) {
            Site site = run.net.sites().getFirst();
            double before = norm(Slots.of(run.net.param(site).backward()));
            run.loop.run((step, steps, loss, batch, seconds) -> { });
            Floats sigma = posterior(run).sigma(run.loop, site);
            for (int i = 0; i < sigma.length(); i++) {
                assertEquals(0.02, sigma.get(i), 0.001);
            }
            assertTrue(norm(Slots.of(run.net.param(site).backward())) < before);
        }
    }

    @Test
    void deviationsMoveWithTheirWeightsAndNewbornsBeginAnew() {
        try (SmallRun run = new SmallRun(WIDTHS, Parts.REGIMES.make("ssvi(times=4,rate=0.01,until=1)"), 0.7, 40)) {
            Site site = run.net.sites().getFirst();
            for (int step = 0; step < 10; step++) {
                run.loop.advance();
            }
            Topology before = run.positions(site);
            Floats old = posterior(run).sigma(run.loop, site);
            float[] was = new float[800];
            run.net.param(site).forward().forEach((r, c, slot, v) -> was[r * 20 + c] = old.get(slot));
            run.loop.advance(); // step 10: a quarter of the run is over
            Topology now = run.positions(site);
            assertEquals(before.count(), now.count());
            Floats sigma = posterior(run).sigma(run.loop, site);
            int[] born = new int[1];
            run.net.param(site).forward().forEach((r, c, slot, v) -> {
                boolean newborn = before.find(r, c) < 0;
                born[0] += newborn ? 1 : 0;
                assertEquals(newborn ? 0.0067 : was[r * 20 + c], sigma.get(slot), 0.0067 * 0.02, "one update of at most a hundredth");
            });
            assertTrue(born[0] > 0);
        }
    }

    /** Two draws with weights 0 and ln 3: probabilities of class 0 are 1/2 and 3/4, their mean is 5/8. */
    @Test
    void predictionsAreTheMeanOfProbabilities() {
        Compute one = new Compute(Kernels.best(), Parallel.single());
        Mlp net = new Mlp(List.of(1, 2), Activation.RELU);
        new Birth(one, net, new Rng(1)).sparse(net.sites().getFirst(), Topology.full(2, 1), Layout.CSR);
        Floats w = Slots.of(net.param("layer.0.weight").forward());
        Value x = Form.FEATURES.allocate(2, 1, 1, 1);
        x.data().fill(1f);
        Batch batch = new Samples(x, new int[] {0, 1});
        Objective.Score score = Evaluation.ofMean(one, net, List.of(batch), 2, k -> w.copyFrom(Floats.of(k == 0 ? 0 : (float) Math.log(3), 0)));
        assertEquals(-(Math.log(5 / 8.0) + Math.log(3 / 8.0)) / 2, score.loss(), 1e-6);
        assertEquals(0.5, score.right());
        assertEquals(0.125, score.reliability().error(), 1e-6, "as sure as 5/8 and right in half");
    }

    @Test
    void impossibleSettingsAreRefused() {
        for (String wrong : List.of("ssvi(first=0)", "ssvi(prior=-1)", "ssvi(removal=none)", "ssvi(times=0)", "ssvi(allocation=damage)")) {
            assertEquals(1, assertThrows(UserError.class, () -> Parts.REGIMES.make(wrong)).getMessage().lines().count(), wrong);
        }
    }

    private static double norm(Floats v) {
        double sum = 0;
        for (int i = 0; i < v.length(); i++) {
            sum += v.get(i) * v.get(i);
        }
        return sum;
    }
}
