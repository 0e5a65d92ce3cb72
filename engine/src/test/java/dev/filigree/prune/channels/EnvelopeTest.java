package dev.filigree.prune.channels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Coupling;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The proximal operator of the group envelope against what defines it. */
class EnvelopeTest {

    private static final int GROUPS = 5;

    /**
     * Half the square of the k-support norm by its closed form (Argyriou et al. 2012, arXiv:1204.5043): with lengths in falling order, the
     * {@code r} for which {@code z_(k-r-1) > sum of z_(k-r).. / (r + 1) >= z_(k-r)}.
     */
    private static double envelope(double[] x, int k) {
        double[] z = Arrays.stream(x).map(Math::abs).map(v -> -v).sorted().map(v -> -v).toArray();
        for (int r = 0; r < k; r++) {
            double rest = Arrays.stream(z, k - r - 1, z.length).sum();
            double before = k - r - 1 == 0 ? Double.POSITIVE_INFINITY : z[k - r - 2];
            if (before > rest / (r + 1) && rest / (r + 1) >= z[k - r - 1]) {
                return 0.5 * (Arrays.stream(z, 0, k - r - 1).map(v -> v * v).sum() + rest * rest / (r + 1));
            }
        }
        return 0.5 * Arrays.stream(z).map(v -> v * v).sum();
    }

    private static double objective(double[] x, double[] v, int k, double t) {
        return IntStream.range(0, x.length).mapToDouble(i -> 0.5 * (x[i] - v[i]) * (x[i] - v[i])).sum() + t * envelope(x, k);
    }

    @Test
    void nothingNearOrFarIsLowerThanWhatItReturns() {
        Rng rng = new Rng(1);
        for (int round = 0; round < 60; round++) {
            double[] v = IntStream.range(0, GROUPS).mapToDouble(i -> rng.nextGaussian()).map(Math::abs).toArray();
            int k = 1 + rng.nextInt(GROUPS - 1);
            double t = Math.exp(3 * rng.nextGaussian());
            double[] factors = Envelope.shrinkage(v, ones(), k, t);
            double[] x = IntStream.range(0, GROUPS).mapToDouble(i -> factors[i] * v[i]).toArray();
            double found = objective(x, v, k, t);
            for (int trial = 0; trial < 2000; trial++) { // it is convex: nothing lower near is nothing lower anywhere
                double size = Math.pow(10, -5 * rng.nextDouble());
                double[] other = Arrays.stream(x).map(a -> a + size * rng.nextGaussian()).toArray();
                assertTrue(objective(other, v, k, t) >= found - 1e-9, Arrays.toString(v) + " k " + k + " t " + t + ": " + Arrays.toString(other) + " is lower");
            }
        }
    }

    private static double[] ones() {
        return new double[] {1, 1, 1, 1, 1};
    }

    @Test
    void casesThatCanBeDoneByHand() {
        // u = a |v| - 1: a = 1.5 gives 0.5 and 1
        assertArrayEquals(new double[] {0.5 / 1.5, 0.5}, Envelope.shrinkage(new double[] {1, 4 / 3.0}, new double[] {1, 1}, 1.5, 1), 1e-12);
        assertArrayEquals(new double[] {0.5, 0.5, 0}, Envelope.shrinkage(new double[] {3, 2, 0}, new double[] {1, 1, 1}, 2, 1), 1e-12, "few enough: only decay");
        assertArrayEquals(new double[] {1 / 11.0, 0, 0}, Envelope.shrinkage(new double[] {1, 0.9, 0.5}, new double[] {1, 1, 1}, 1, 10), 1e-12, "11 |v| - 10: a large step leaves k");
        double[] weighted = Envelope.shrinkage(new double[] {2, 1}, new double[] {4, 1}, 1, 1); // a lengths over roots of weights are equal: 5 u = 1
        assertArrayEquals(new double[] {0.2 / 1.2, 0.2 / 1.2}, weighted, 1e-12);
    }

    @Test
    void lengthsOfChannelsAreThoseOfAllThatMakesThem() {
        try (Parallel parallel = new Parallel(1)) {
            Coupling first = Nets.all().getFirst().born(new Compute(Kernels.best(), parallel)).couplings().getFirst();
            double[] before = Groups.lengths(first);
            double[] factors = new double[17];
            factors[4] = 2;
            Groups.scale(first, factors);
            double[] after = Groups.lengths(first);
            assertEquals(2 * before[4], after[4], 1e-5);
            assertEquals(2 * before[4], Arrays.stream(after).sum(), 1e-5, "the others are zero");
            assertEquals(Nets.IMAGE.size() + 1, Groups.size(first), "with the bias");
        }
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThrows(UserError.class, () -> Envelope.shrinkage(new double[] {1}, new double[] {1}, 0, 1));
        assertThrows(UserError.class, () -> new GroupEnvelope(0, 0, false));
        assertThrows(UserError.class, () -> new GroupEnvelope(1, 1, false));
        assertThrows(UserError.class, () -> new GroupLasso(-1));
    }
}
