package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.loss.CrossEntropy;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Layers of so many positions that no array could hold them are trained and their positions move. */
class NeverDenseTest {

    private static final int WIDE = 70_000;
    private static final int EPSILON = 4;
    private static final int STEPS = 7;
    private static final int MOVES = 3;

    @Test
    void aLayerOfMoreThan2To31PositionsTrainsAndItsPositionsMove() {
        try (Run run = new Run(2, 2)) {
            Site site = run.network.sites().get(1);
            assertTrue(site.positions() > Integer.MAX_VALUE);
            Topology before = Topology.of(run.network.param(site).forward());
            float[] values = Slots.of(run.network.param(site).forward()).toArray();
            run.train(MOVES);
            assertArrayEquals(before.column().toArray(), Topology.of(run.network.param(site).forward()).column().toArray(), "nothing moves before its time");
            assertNotEquals(values[0], Slots.of(run.network.param(site).forward()).get(0), "values are trained");
            run.train(1);
            Topology after = Topology.of(run.network.param(site).forward());
            assertEquals(before.count(), after.count());
            int stayed = 0;
            for (int r = 0; r < WIDE; r++) {
                for (int j = after.start().get(r); j < after.start().get(r + 1); j++) {
                    stayed += before.find(r, after.column().get(j)) >= 0 ? 1 : 0;
                }
            }
            assertEquals(0.7, stayed / (double) after.count(), 0.001, "30 % moved");
        }
    }

    @Test
    void theBitsDoNotDependOnThreads() {
        for (int batch : new int[] {1, 2, 3}) {
            try (Run one = new Run(batch, 1); Run three = new Run(batch, 3)) {
                one.train(STEPS);
                three.train(STEPS);
                for (Site s : one.network.sites()) {
                    assertArrayEquals(Topology.of(one.network.param(s).forward()).column().toArray(), Topology.of(three.network.param(s).forward()).column().toArray(), s.name());
                    assertArrayEquals(Slots.of(one.network.param(s).forward()).toArray(), Slots.of(three.network.param(s).forward()).toArray(), s.name());
                }
            }
        }
    }

    @Test
    void aConnectionTakesLessThan32Bytes() {
        try (Run run = new Run(2, 2)) {
            run.train(STEPS);
            long live = run.network.sites().stream().mapToLong(s -> run.network.param(s).forward().nonZeros()).sum();
            double bytes = run.loop.memory().parameters() / (double) live;
            assertTrue(bytes < 32, bytes + " bytes a connection: " + run.loop.memory());
        }
    }

    /** Noise on two wide layers. */
    private static final class Run implements AutoCloseable {

        final Parallel parallel;
        final Mlp network = new Mlp(List.of(50, WIDE, WIDE, 3), Activation.RELU);
        final Loop loop;

        Run(int batch, int threads) {
            parallel = new Parallel(threads);
            Compute compute = new Compute(Kernels.best(), parallel);
            Rng rng = new Rng(5);
            Birth birth = new Birth(compute, network, rng.split("values"));
            for (Site s : network.sites()) {
                int live = EPSILON * (s.rows() + s.cols());
                birth.sparse(s, Sampling.topology(Arena.ofAuto(), parallel, s.rows(), s.cols(), (int) Math.min(live, s.positions() / 2), rng.split(s.name())), Layout.CSR);
            }
            Setup setup = new Setup(new Supervised(new CrossEntropy(0)), new ExampleBatches(new Few(), batch, rng.split("order")), new Sgd(0.9, false, 0), 0.01,
                    new Rates.Constant(0), 1, 2 * STEPS, Layout.CSR, Parts.REGIMES.make("set(every=" + MOVES + ")").hooks(network.sites(), 0), rng);
            loop = new Loop(compute, network, setup);
        }

        void train(int steps) {
            for (int i = 0; i < steps; i++) {
                loop.advance();
            }
        }

        @Override
        public void close() {
            loop.close();
            parallel.close();
        }
    }

    private record Few() implements Examples {

        @Override
        public int count() {
            return 12;
        }

        @Override
        public Shape shape() {
            return Shape.of(50);
        }

        @Override
        public List<String> classes() {
            return List.of("a", "b", "c");
        }

        @Override
        public int label(int example) {
            return example % 3;
        }

        @Override
        public void read(int example, float[] out) {
            Rng rng = new Rng(example);
            for (int i = 0; i < out.length; i++) {
                out[i] = (float) rng.nextGaussian();
            }
        }

        @Override
        public String fingerprint() {
            return "few";
        }
    }
}
