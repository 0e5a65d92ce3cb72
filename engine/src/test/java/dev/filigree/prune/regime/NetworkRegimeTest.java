package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Network;
import dev.filigree.model.Networks;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.train.Adam;
import dev.filigree.train.Birth;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of network under every regime: learns, has the same bits on any number of threads, and goes on where it stopped. */
class NetworkRegimeTest {

    private static final int STEPS = 60;
    private static final int STOP = 25; // after some positions have moved

    static Stream<Arguments> cases() {
        return Networks.all().stream().flatMap(n -> Stream.of("dense", "static", "set(every=10)", "rigl(every=10)", "gmp(times=5)", "snip", "grasp", "random-search(candidates=3)", "movement(times=5)", "granet(from=0.3,times=6)", "ssvi(times=6)").map(r -> Arguments.of(n, r)));
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("cases")
    void learnsWithTheSameBitsOnAnyNumberOfThreadsAndWhenResumed(Networks kind, String regime) {
        Run one = new Run(kind, regime, 1);
        one.advance(STEPS);
        double first = one.losses.subList(0, 5).stream().mapToDouble(l -> l).average().orElseThrow();
        double last = one.losses.subList(STEPS - 5, STEPS).stream().mapToDouble(l -> l).average().orElseThrow();
        assertTrue(last < 0.9 * first, "the loss went from " + first + " to " + last);

        Run three = new Run(kind, regime, 3);
        three.advance(STOP);
        StateWriter state = new StateWriter();
        three.loop.save(state);
        StateReader saved = state.copied();
        three.close();

        Run resumed = new Run(kind, regime, 3);
        resumed.loop.load(saved);
        resumed.advance(STEPS - STOP);
        assertArrayEquals(one.values(), resumed.values(), 0f);
        one.close();
        resumed.close();
    }

    private static final class Run implements AutoCloseable {

        private final Compute compute;
        private final Network net;
        private final Loop loop;
        private final List<Double> losses = new ArrayList<>();

        Run(Networks kind, String name, int threads) {
            this.compute = new Compute(Kernels.best(), new Parallel(threads));
            this.net = kind.network().get();
            Regime regime = Parts.REGIMES.make(name);
            double sparsity = name.equals("dense") ? 0 : 0.6;
            Birth birth = new Birth(compute, net, new Rng(5).split("birth"));
            Map<Site, Long> births = regime.births(net.sites(), sparsity);
            for (Site s : net.sites()) {
                if (births.containsKey(s)) {
                    birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.toIntExact(births.get(s)), new Rng(6).split(s.name())), Layout.CSR);
                } else {
                    birth.dense(s);
                }
            }
            this.loop = new Loop(compute, net, new Setup(new Supervised(new CrossEntropy(0)), kind.batches().apply(new Rng(7)), new Adam(0.9, 0.99, 1e-8, 0), 0.01,
                    new Rates.Constant(0), 1, STEPS, Layout.CSR, regime.hooks(net.sites(), sparsity), new Rng(8)));
        }

        void advance(int steps) {
            for (int i = 0; i < steps; i++) {
                losses.add(loop.advance().total());
            }
        }

        float[] values() {
            List<Float> all = new ArrayList<>();
            net.params().forEach(p -> p.forward().forEach((r, c, slot, v) -> all.add(v)));
            float[] out = new float[all.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = all.get(i);
            }
            return out;
        }

        @Override
        public void close() {
            loop.close();
            compute.parallel().close();
        }
    }
}
