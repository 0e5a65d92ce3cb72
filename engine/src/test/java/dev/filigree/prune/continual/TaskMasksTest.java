package dev.filigree.prune.continual;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.growth.GradientGrowth;
import dev.filigree.prune.regime.Clouds;
import dev.filigree.prune.regime.Rewire;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Birth;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.Among;
import dev.filigree.train.loss.CrossEntropy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a task learned stays, and later tasks may use it. */
class TaskMasksTest {

    private static final Compute ONE = new Compute(Kernels.best(), Parallel.single());

    private static Mlp born(long seed) {
        Mlp net = new Mlp(List.of(6, 12, 4), Activation.RELU);
        Birth birth = new Birth(ONE, net, new Rng(seed));
        Site first = net.sites().getFirst();
        birth.sparse(first, Sampling.topology(first.rows(), first.cols(), 24, new Rng(seed)), Layout.CSR);
        birth.dense(net.sites().getLast());
        return net;
    }

    private static void learn(Mlp net, TaskMasks masks, int task, int threads) {
        List<Hook> hooks = List.of(new Rewire(new Smallest(), new GradientGrowth(), new Churn.Even(3, 0.3, 1)), masks.hook());
        try (Parallel parallel = new Parallel(threads);
                Loop loop = new Loop(new Compute(Kernels.best(), parallel), net, new Setup(new Supervised(new Among(new CrossEntropy(0), 2 * task, 2 * task + 2)),
                        new ExampleBatches(new Pair(2 * task), 8, new Rng(3)), new Sgd(0.9, false, 1e-2), 0.1, new Rates.Constant(0), 10, 20, Layout.CSR, hooks, new Rng(4)))) {
            loop.run((step, steps, loss, batch, seconds) -> { });
        }
    }

    private static List<String> entries(Mlp net) {
        List<String> all = new ArrayList<>();
        net.params().forEach(p -> p.forward().forEach((r, c, slot, v) -> all.add(p.name() + " " + r + " " + c + " " + v)));
        return all;
    }

    @Test
    void aTaskIsTheSameNetworkAtTheEndBitForBit() {
        TaskMasks masks = new TaskMasks();
        List<List<String>> learned = new ArrayList<>();
        for (int task = 0; task < 2; task++) {
            Mlp net = born(10 + task);
            learn(net, masks, task, 1);
            masks.add(net);
            learned.add(entries(net));
        }
        assertFalse(learned.get(0).equals(learned.get(1)));
        for (int task = 0; task < 2; task++) {
            Mlp shown = new Mlp(List.of(6, 12, 4), Activation.RELU);
            masks.show(task, shown);
            assertEquals(learned.get(task), entries(shown));
        }
    }

    @Test
    void whatIsSharedIsCountedOnce() {
        TaskMasks masks = new TaskMasks();
        Mlp net = born(1);
        Site first = net.sites().getFirst();
        assertEquals(0, masks.learned(first));
        assertEquals(0, masks.reused(net));
        masks.add(net);
        assertEquals(24, masks.learned(first));
        assertEquals(1, masks.reused(net), "the same positions again");
        Mlp other = born(2);
        Topology a = Topology.of(net.param(first).forward());
        int both = 0;
        Topology b = Topology.of(other.param(first).forward());
        for (int r = 0; r < b.rows(); r++) {
            for (int j = b.start().get(r); j < b.start().get(r + 1); j++) {
                both += a.find(r, b.column().get(j)) >= 0 ? 1 : 0;
            }
        }
        assertEquals(both / 24.0, masks.reused(other));
        masks.add(other);
        assertEquals(48 - both, masks.learned(first));
    }

    /** Both positions of a unit live; one is known with the value 5. */
    @Test
    void aKnownPositionHoldsItsValueAndTheOtherLearns() {
        TaskMasks masks = new TaskMasks();
        masks.add(tiny(List.of(2), 5));
        Mlp net = tiny(List.of(2, 4), -1);
        learn(net, masks, 0, 1);
        float[] values = new float[6];
        net.param("layer.0.weight").forward().forEach((r, c, slot, v) -> values[c] = v);
        assertEquals(5, values[2]);
        assertTrue(values[4] != -1);
    }

    /** One hidden unit that sees some inputs. */
    private static Mlp tiny(List<Integer> inputs, float value) {
        Mlp net = new Mlp(List.of(6, 1, 4), Activation.RELU);
        Birth birth = new Birth(ONE, net, new Rng(1));
        Topology.Builder live = new Topology.Builder(1, 6, inputs.size());
        inputs.forEach(c -> live.add(0, c));
        birth.sparse(net.sites().getFirst(), live.build(), Layout.CSR);
        Slots.of(net.param("layer.0.weight").forward()).fill(value);
        birth.dense(net.sites().getLast());
        return net;
    }

    /** Two clouds with the labels of a task among four classes. */
    private record Pair(int first) implements Examples {

        private static final Clouds CLOUDS = new Clouds(Shape.of(6), 4, 80);

        @Override
        public int count() {
            return 40;
        }

        @Override
        public Shape shape() {
            return CLOUDS.shape();
        }

        @Override
        public List<String> classes() {
            return CLOUDS.classes();
        }

        @Override
        public int label(int example) {
            return first + example % 2;
        }

        @Override
        public void read(int example, float[] out) {
            CLOUDS.read(4 * (example / 2) + label(example), out);
        }

        @Override
        public String fingerprint() {
            return "pair";
        }
    }
}
