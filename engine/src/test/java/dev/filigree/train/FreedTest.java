package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Network;
import dev.filigree.model.Networks;
import dev.filigree.model.Site;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.loss.CrossEntropy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Sparse pretraining, dense fine-tuning. */
class FreedTest {

    @Test
    void whatComesToLifeIsZeroAndThenLearns() {
        Compute compute = new Compute(Kernels.best(), Parallel.single());
        Networks task = Networks.all().stream().filter(n -> n.name().equals("decoder")).findFirst().orElseThrow();
        Network net = task.network().get();
        Birth birth = new Birth(compute, net, new Rng(1));
        Map<Site, Weight> before = new HashMap<>();
        for (Site s : net.sites()) {
            birth.sparse(s, Sampling.topology(s.rows(), s.cols(), (int) (s.positions() / 4), new Rng(2).split(s.name())), Layout.CSR);
            before.put(s, net.param(s).forward());
        }
        Freed.all(net);
        before.forEach((s, w) -> {
            Tiled now = (Tiled) net.param(s).forward();
            Topology live = Topology.of(w);
            w.forEach((r, c, slot, v) -> assertEquals(v, now.get(r, c), s.name()));
            now.forEach((r, c, slot, v) -> assertTrue(live.find(r, c) >= 0 || v == 0, s.name()));
        });
        assertEquals(net.positions(), net.live());
        try (Loop loop = new Loop(compute, net, new Setup(new Supervised(new CrossEntropy(0)), task.batches().apply(new Rng(3)), new Adam(0.9, 0.98, 1e-8, 0), 0.01,
                new Rates.Constant(0), 1, 3, Layout.CSR, List.of(), new Rng(4)))) {
            loop.run((step, steps, loss, batch, seconds) -> { });
        }
        before.forEach((s, w) -> {
            Topology live = Topology.of(w);
            int[] zeros = new int[1];
            net.param(s).forward().forEach((r, c, slot, v) -> zeros[0] += v == 0 ? 1 : 0);
            assertNotEquals(s.positions() - live.count(), zeros[0], s.name() + ": dead positions do not move");
        });
    }
}
