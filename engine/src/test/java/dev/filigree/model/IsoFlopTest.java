package dev.filigree.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.Parts;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Larger layers that cost as much when they are sparse. */
class IsoFlopTest {

    private static final List<Integer> DENSE = List.of(784, 128, 128, 128, 10);
    private static final double OPERATIONS = 784 * 128 + 2 * 128 * 128 + 128 * 10;

    @ParameterizedTest
    @EnumSource
    void theOperationsAreThoseOfTheDenseNetwork(IsoFlop.Kind kind) {
        for (double sparsity : new double[] {0, 0.5, 0.75, 0.9}) {
            IsoFlop net = new IsoFlop(DENSE, sparsity, kind, Activation.RELU);
            double live = (1 - sparsity) * net.sites().stream().mapToLong(Site::positions).sum();
            double whole = net.whole().stream().mapToDouble(w -> (double) w.rows() * w.cols()).sum();
            double most = kind == IsoFlop.Kind.DOPED && sparsity == 0 ? 1.02 : 1.0001; // a pair of rank 1 is the least
            assertTrue((live + whole) / OPERATIONS > 0.98 && (live + whole) / OPERATIONS <= most, kind + " at " + sparsity + ": " + (live + whole) / OPERATIONS);
        }
    }

    @Test
    void innerLayersWidenByTheSquareRootOfTheDensity() {
        List<Integer> w = IsoFlop.widened(List.of(1, 1000, 1000, 1000, 1), 0.25);
        assertEquals(2000, w.get(1), 1);
    }

    @Test
    void shapesFollowTheFormulas() {
        assertEquals(4, new IsoFlop(List.of(20, 30, 5), 0.75, IsoFlop.Kind.PARALLEL, Activation.RELU).sites().size());
        Site inner = new IsoFlop(List.of(20, 30, 5), 0.75, IsoFlop.Kind.FACTORIZED, Activation.RELU).sites().getFirst();
        assertEquals(48, inner.rows(), "20 * 30 / (50 * 0.25)");
        Network.Whole low = new IsoFlop(List.of(20, 30, 5), 0.75, IsoFlop.Kind.DOPED, Activation.RELU).whole().getFirst();
        assertEquals(9, low.rows(), "0.75 * 20 * 30 / 50");
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThrows(UserError.class, () -> Parts.NETWORKS.make("sparse-ift(kind=deep)"));
        assertThrows(UserError.class, () -> new IsoFlop(List.of(3, 2), 0.5, IsoFlop.Kind.WIDE, Activation.RELU));
        assertThrows(UserError.class, () -> new IsoFlop(List.of(3, 2, 2), 1, IsoFlop.Kind.WIDE, Activation.RELU));
    }
}
