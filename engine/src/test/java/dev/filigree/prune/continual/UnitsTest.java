package dev.filigree.prune.continual;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Form;
import dev.filigree.ops.Samples;
import dev.filigree.prune.regime.Clouds;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Adam;
import dev.filigree.train.Birth;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.HiddenReplay;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Reservoir;
import dev.filigree.train.Setup;
import dev.filigree.train.loss.SupervisedContrast;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Units that are free, young or mature. */
class UnitsTest {

    private static final Compute ONE = new Compute(Kernels.best(), Parallel.single());

    private static Mlp born(int first, int second) {
        Mlp net = new Mlp(List.of(6, first, second, 4), Activation.RELU);
        Birth birth = new Birth(ONE, net, new Rng(5));
        for (Site s : net.sites()) {
            birth.sparse(s, Sampling.topology(s.rows(), s.cols(), (int) s.positions() / 2, new Rng(6).split(s.name())), Layout.CSR);
        }
        return net;
    }

    private static Units units(Mlp net) {
        return new Units(net.sites().subList(0, 2));
    }

    @Test
    void theFewestThatCarryTheShareBecomeYoungAndMatureOnesStay() {
        Units u = units(born(4, 3));
        u.select(0, new float[] {1, 5, 0, 4}, 0.6);
        assertArrayEquals(new int[] {1, 3}, u.in(0, Units.State.YOUNG), "5 of 10 is not enough");
        u.select(0, new float[] {1, 5, 0, 4}, 0.5);
        assertArrayEquals(new int[] {1}, u.in(0, Units.State.YOUNG));
        u.promote();
        assertArrayEquals(new int[] {1}, u.in(0, Units.State.MATURE));
        u.select(0, new float[] {3, 5, 2, 0}, 1);
        assertArrayEquals(new int[] {0, 2}, u.in(0, Units.State.YOUNG), "one without activation carries nothing");
        assertArrayEquals(new int[] {1}, u.in(0, Units.State.MATURE));
        assertArrayEquals(new int[] {3}, u.in(0, Units.State.FREE));
    }

    @Test
    void youngUnitsLoseTheirConnectionsFromFreeOnesAndAsManyAreBornIntoFreeOnes() {
        Mlp net = born(8, 10);
        Units u = units(net);
        u.select(0, new float[] {1, 1, 1, 1, 0, 0, 0, 0}, 1);
        u.select(1, new float[] {1, 1, 1, 0, 0, 0, 0, 0, 0, 0}, 1);
        Site second = net.sites().get(1);
        Topology before = Topology.of(net.param(second).forward());
        u.isolate(net, new Rng(1));
        Topology after = Topology.of(net.param(second).forward());
        assertEquals(before.count(), after.count());
        int dead = 0;
        for (int r = 0; r < 10; r++) {
            for (int c = 0; c < 8; c++) {
                boolean was = before.find(r, c) >= 0;
                boolean is = after.find(r, c) >= 0;
                assertFalse(r < 3 && c >= 4 && is, "from a free unit to a young one");
                assertTrue(r >= 3 || is == (was && c < 4));
                assertTrue(r < 3 || !was || is, "nothing dies in free rows");
                dead += was && !is ? 1 : 0;
            }
        }
        assertTrue(dead > 0);
    }

    @Test
    void whatLeadsIntoMatureUnitsStaysAndFreeOnesBeginAnew() {
        Mlp net = born(8, 10);
        Units u = units(net);
        u.select(0, new float[] {1, 1, 1, 1, 0, 0, 0, 0}, 1);
        u.select(1, new float[] {1, 1, 1, 0, 0, 0, 0, 0, 0, 0}, 1);
        u.isolate(net, new Rng(1));
        u.promote();
        List<String> mature = into(net, 4, 3);
        Reservoir stored = new Reservoir(8, 8, 1);
        Samples some = (Samples) new ExampleBatches(new Clouds(Shape.of(8), 4, 40), 8, new Rng(2)).next();
        stored.offer(some, Form.FEATURES.allocate(8, 1, 1, 1), new Rng(0));
        try (Loop loop = new Loop(ONE, net, new Setup(new HiddenReplay(new SupervisedContrast(0.1), stored, 0), new ExampleBatches(new Clouds(Shape.of(6), 4, 40), 8, new Rng(3)),
                new Adam(0.9, 0.999, 1e-8, 0), 0.01, new Rates.Constant(0), 10, 10, Layout.CSR, List.of(u.frozen()), new Rng(4)))) {
            List<String> all = into(net, 8, 10);
            loop.run((step, steps, loss, batch, seconds) -> assertTrue(Double.isFinite(loss.total())));
            assertFalse(all.equals(into(net, 8, 10)), "others learn");
        }
        assertEquals(mature, into(net, 4, 3));
        List<String> all = into(net, 8, 10);
        u.renew(ONE, net, new Rng(9));
        assertEquals(mature, into(net, 4, 3));
        assertFalse(all.equals(into(net, 8, 10)));
        assertEquals(0, Slots.of(net.bias(net.sites().getFirst()).forward()).get(7));
    }

    /** Stored activations take the place of the first block's output: with none stored the loss is that of the batch alone. */
    @Test
    void storedActivationsGoOnFromTheirBlock() {
        Mlp net = born(8, 10);
        Samples batch = (Samples) new ExampleBatches(new Clouds(Shape.of(6), 4, 40), 8, new Rng(3)).next();
        Reservoir stored = new Reservoir(8, 8, 1);
        double alone = once(net, stored);
        double expected;
        double twice;
        try (Eager eager = new Eager(ONE)) {
            var h = net.block(eager, 0, net.enter(eager, batch), batch);
            var y = net.block(eager, 1, h, batch);
            expected = new SupervisedContrast(0.1).score(ONE, y, batch, null).loss();
            stored.offer(new Samples(h, batch.labels()), Form.FEATURES.allocate(8, 1, 1, 1), new Rng(0));
        }
        assertEquals(expected, alone, 1e-4);
        twice = once(net, stored);
        assertTrue(Math.abs(twice - alone) > 1e-3, "what is drawn takes part");
        assertThrows(UserError.class, () -> new SupervisedContrast(0));
        assertThrows(UserError.class, () -> new Units(List.of(net.sites().get(1), net.sites().get(0))));
    }

    private static double once(Mlp net, Reservoir stored) {
        try (Loop loop = new Loop(ONE, net, new Setup(new HiddenReplay(new SupervisedContrast(0.1), stored, 0), new ExampleBatches(new Clouds(Shape.of(6), 4, 40), 8, new Rng(3)),
                new Adam(0.9, 0.999, 1e-8, 0), 1e-9, new Rates.Constant(0), 10, 1, Layout.CSR, List.of(), new Rng(4)))) {
            return loop.advance().total();
        }
    }

    /** Entries and biases that lead into the first units of both hidden layers. */
    private static List<String> into(Mlp net, int first, int second) {
        List<String> all = new ArrayList<>();
        for (int l = 0; l < 2; l++) {
            int most = l == 0 ? first : second;
            int layer = l;
            net.param(net.sites().get(l)).forward().forEach((r, c, slot, v) -> {
                if (r < most) {
                    all.add(layer + " " + r + " " + c + " " + v);
                }
            });
            Floats bias = Slots.of(net.bias(net.sites().get(l)).forward());
            for (int u = 0; u < most; u++) {
                all.add(layer + " " + u + " " + bias.get(u));
            }
        }
        return all;
    }
}
