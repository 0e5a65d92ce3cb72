package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.data.Examples;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.model.Vgg;
import dev.filigree.ops.Form;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.loss.CrossEntropy;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Means of models with the same live positions. */
class SoupTest {

    private static final Compute COMPUTE = new Compute(Kernels.best(), Parallel.single());

    @Test
    void everyValueIsTheMeanAndPositionsStay() {
        Mlp a = sparse(new int[] {0, 2}, 1, 10);
        Mlp b = sparse(new int[] {0, 2}, 2, 20);
        Mlp c = sparse(new int[] {0, 2}, 6, -60);
        Soup.into(a, List.of(b, c));
        Csr w = (Csr) a.param(a.sites().getFirst()).forward();
        assertArrayEquals(new float[] {3, -10}, w.values().toArray());
        assertEquals(2, w.nonZeros());
        Csr untouched = (Csr) b.param(b.sites().getFirst()).forward();
        assertArrayEquals(new float[] {2, 20}, untouched.values().toArray(), "members stay as they are");
    }

    @Test
    void modelsWithOtherPositionsAreRefused() {
        Mlp a = sparse(new int[] {0, 2}, 1, 1);
        assertThrows(IllegalArgumentException.class, () -> Soup.into(a, List.of(sparse(new int[] {0, 3}, 1, 1))));
        assertThrows(IllegalArgumentException.class, () -> Soup.into(a, List.of(sparse(new int[] {0}, 1))));
    }

    @Test
    void statisticsAreThoseOfTheSoupAfterRecalibration() {
        Vgg net = new Vgg(new Shape(1, 4, 4), 2, List.of(List.of(3)), 0);
        Birth birth = new Birth(COMPUTE, net, new Rng(1));
        net.sites().forEach(birth::dense);
        try (Loop loop = loop(net)) {
            Floats mean = Slots.of(net.statistics().getFirst().forward());
            mean.fill(1000);
            float before = Slots.of(net.param(net.sites().getFirst()).forward()).get(0);
            Soup.recalibrate(loop, 100);
            for (int i = 0; i < mean.length(); i++) {
                assertNotEquals(1000, mean.get(i));
                assertTrue(Math.abs(mean.get(i)) < 10, "0.9^100 of what was there is left: " + mean.get(i));
            }
            assertEquals(before, Slots.of(net.param(net.sites().getFirst()).forward()).get(0), "parameters stay");
            assertEquals(0, loop.step());
        }
    }

    /** A network whose first weight, 2 x 2, lives at some places alone. */
    private static Mlp sparse(int[] places, float... values) {
        Mlp net = new Mlp(List.of(2, 2, 2), Activation.RELU);
        Birth birth = new Birth(COMPUTE, net, new Rng(1));
        Site first = net.sites().getFirst();
        Topology.Builder live = new Topology.Builder(2, 2, places.length);
        for (int p : places) {
            live.add(p / 2, p % 2);
        }
        net.param(first).set(Layout.CSR.pack(Arena.ofAuto(), live.build(), Floats.of(values)));
        birth.dense(net.sites().getLast());
        return net;
    }

    private static Loop loop(Network net) {
        return new Loop(COMPUTE, net, new Setup(new Supervised(new CrossEntropy(0)), new ExampleBatches(new Noise(), 8, Form.PLANES, Augmentation.NONE, new Rng(2)),
                new Sgd(0.9, false, 0), 0.1, new Rates.Constant(0), 1, 10, Layout.CSR, List.of(), new Rng(3)));
    }

    private record Noise() implements Examples {

        @Override
        public int count() {
            return 40;
        }

        @Override
        public Shape shape() {
            return new Shape(1, 4, 4);
        }

        @Override
        public List<String> classes() {
            return List.of("a", "b");
        }

        @Override
        public int label(int example) {
            return example % 2;
        }

        @Override
        public void read(int example, float[] out) {
            Rng rng = new Rng(example);
            IntStream.range(0, out.length).forEach(i -> out[i] = (float) rng.nextGaussian());
        }

        @Override
        public String fingerprint() {
            return "noise";
        }
    }
}
