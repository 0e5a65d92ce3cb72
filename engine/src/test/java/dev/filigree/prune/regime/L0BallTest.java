package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.prune.allocation.Uniform;
import dev.filigree.tensor.Layout;
import dev.filigree.train.Birth;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** After every step the smallest weights of all layers are zero, as many as asked for, and some come back. */
class L0BallTest {

    @Test
    void everyStepEndsWithTheSameNumberOfZerosButNotTheSameOnes() {
        Compute compute = new Compute(Kernels.best(), Parallel.single());
        Mlp net = new Mlp(List.of(20, 19, 5), Activation.RELU); // rows that do not fill tiles
        Birth birth = new Birth(compute, net, new Rng(1));
        net.sites().forEach(birth::dense);
        int steps = 30;
        int zeros = (int) Math.round(0.8 * (20 * 19 + 19 * 5));
        try (Loop loop = new Loop(compute, net, new Setup(new Supervised(new CrossEntropy(0)), new ExampleBatches(new Clouds(Shape.of(20), 5, 300), 32, new Rng(2)), new Sgd(0.9, false, 0), 0.1,
                new Rates.Constant(0), 10, steps, Layout.CSR, new L0Ball().hooks(net.sites(), 0.8), new Rng(3)))) {
            Set<String> before = Set.of();
            boolean back = false;
            while (loop.step() < steps - 1) {
                loop.advance();
                Set<String> now = new HashSet<>();
                for (Site s : net.sites()) {
                    net.param(s).forward().forEach((r, c, slot, v) -> {
                        if (v == 0) {
                            now.add(s.name() + " " + r + " " + c);
                        }
                    });
                }
                assertEquals(zeros, now.size());
                back |= !now.containsAll(before);
                before = now;
            }
            assertTrue(back, "none came back");
            loop.advance();
            long live = net.sites().stream().mapToLong(s -> net.param(s).forward().nonZeros()).sum();
            assertEquals(20 * 19 + 19 * 5 - zeros, live);
            net.sites().forEach(s -> assertEquals("csr", net.param(s).forward().layout()));
        }
    }

    @Test
    void layersAreRankedTogether() {
        assertThrows(UserError.class, () -> new L0Ball().with(new Uniform()));
    }
}
