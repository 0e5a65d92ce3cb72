package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Mlp;
import dev.filigree.model.Site;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.PackedNofM;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Birth;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Snapshot;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every regime: learns, ends at the sparsity asked for, and gives the same bits on any number of threads and wherever it is stopped. */
class RegimeTest {

    private static final int STEPS = 120;

    @TempDir
    Path folder;

    static List<Catalog.Entry<Regime>> regimes() {
        return Parts.REGIMES.entries();
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("regimes")
    void learnsAndEndsAtTheSparsityAskedFor(Catalog.Entry<Regime> entry) {
        double sparsity = entry.make().fixedSparsity().orElse(0.7);
        Run run = train(entry.make(), sparsity, 1, 0);
        assertTrue(run.last < 0.5 * run.first, entry.name() + ": the loss went from " + run.first + " to " + run.last);
        long live = run.net.sites().stream().mapToLong(s -> run.net.param(s).forward().nonZeros()).sum();
        long all = run.net.sites().stream().mapToLong(Site::positions).sum();
        assertEquals(1 - sparsity, live / (double) all, 0.005, entry.name());
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("regimes")
    void givesTheSameBitsOnAnyNumberOfThreads(Catalog.Entry<Regime> entry) {
        double sparsity = entry.make().fixedSparsity().orElse(0.7);
        assertArrayEquals(train(entry.make(), sparsity, 1, 0).values(), train(entry.make(), sparsity, 3, 0).values(), 0f);
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("regimes")
    void stoppedAndResumedItEndsInTheSameBits(Catalog.Entry<Regime> entry) {
        double sparsity = entry.make().fixedSparsity().orElse(0.7);
        assertArrayEquals(train(entry.make(), sparsity, 1, 0).values(), train(entry.make(), sparsity, 1, 67).values(), 0f);
    }

    /** Stopped after 67 of 120 steps: between two choices of survivors, while weights fade, between two stages. */
    @ParameterizedTest
    @ValueSource(strings = {"sr-ste(every=50,decay=5)", "sr-ste(every=50,decay=5,into=weights)", "bdwp(pattern=2:4,back=master)", "bdwp(pattern=2:4,back=survivors)",
            "pgf(pattern=2:4,decay=linear)", "pgf-stages(pattern=2:4,stages=geometric,dense=0)", "asp(at=0.6)", "sr-ste(every=50,decay=5,into=step)", "ast(every=50,decay=5,ramp=1)", "cast(every=50,ramp=1)"})
    void whatIsKnownOfSurvivorsIsPartOfTheState(String method) {
        Regime regime = Parts.REGIMES.make(method);
        assertArrayEquals(train(regime, 0.5, 1, 0).values(), train(regime, 0.5, 1, 67).values(), 0f);
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge-popup(every=50)", "jackpots(every=50)", "bip(every=30)", "movement(every=25)", "pst(every=25)"})
    void positionsThatAreChosenNowAndThenArePartOfTheState(String name) {
        Regime regime = Parts.REGIMES.make(name);
        long stop = regime.rounds(0.7) == 1 ? 67 : STEPS + 47; // between two choices
        assertArrayEquals(train(regime, 0.7, 1, 0).values(), train(regime, 0.7, 1, stop).values(), 0f);
        assertArrayEquals(train(regime, 0.7, 1, 0).values(), train(regime, 0.7, 1, STEPS * regime.rounds(0.7) - 11).values(), 0f, "eleven steps before the end");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void positionsMoveHoweverTheTurnsOfScoresFall(int every) {
        Topology seldom = Topology.of(train(Parts.REGIMES.make("bip(every=100000)"), 0.7, 1, 0).net.params().getFirst().forward());
        Topology often = Topology.of(train(Parts.REGIMES.make("bip(every=" + every + ")"), 0.7, 1, 0).net.params().getFirst().forward());
        assertEquals(seldom.count(), often.count());
        assertFalse(Arrays.equals(seldom.column().toArray(), often.column().toArray()));
    }

    @Test
    void weightsThatAreFrozenKeepTheirValues() {
        Run run = train(Parts.REGIMES.make("edge-popup(scale=false)"), 0.7, 1, 0);
        Mlp born = new Mlp(List.of(24, 48, 40, 5), Activation.RELU);
        Birth birth = new Birth(new Compute(Kernels.best(), Parallel.single()), born, new Rng(5).split("birth"));
        for (Site s : born.sites()) {
            birth.dense(s);
            Tiled before = (Tiled) born.param(s).forward();
            run.net.param(s).forward().forEach((r, c, slot, v) -> assertEquals(before.get(r, c), v, s.name()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ste(pattern=1:4)", "sr-ste(pattern=1:4)", "bdwp(pattern=1:4)", "pgf(pattern=1:4)", "pgf-stages(pattern=1:4)", "asp(pattern=1:4)", "ast(pattern=1:4)", "cast(pattern=1:4)"})
    void theRunEndsInItsPattern(String method) {
        Run run = train(Parts.REGIMES.make(method), 0.75, 1, 0);
        for (Site s : run.net.sites()) {
            Weight w = run.net.param(s).forward();
            Topology live = Topology.of(w);
            assertEquals(w.positions() / 4, PackedNofM.pack(Arena.ofAuto(), live, Layout.canonical(w, live), 1, 4).nonZeros(), s.name()); // refuses what is not 1:4
        }
    }

    private record Run(Mlp net, double first, double last) {
        float[] values() {
            List<Float> all = new ArrayList<>();
            net.params().forEach(p -> p.forward().forEach((r, c, slot, v) -> all.add(v)));
            float[] out = new float[all.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = all.get(i);
            }
            return out;
        }
    }

    /** @param stop step at which the state is stored and another process would go on; 0 for never */
    private Run train(Regime regime, double sparsity, int threads, long stop) {
        try (Parallel parallel = new Parallel(threads)) {
            Compute compute = new Compute(Kernels.best(), parallel);
            Path state = folder.resolve("state.safetensors");
            if (stop > 0) {
                try (Loop loop = loop(compute, regime, sparsity)) {
                    while (loop.step() < stop) {
                        loop.advance();
                    }
                    Snapshot.save(state, loop, Map.of());
                }
            }
            try (Loop loop = loop(compute, regime, sparsity)) {
                if (stop > 0) {
                    Snapshot.load(state, loop, Map.of());
                    loop.rehearse(0); // leaves no trace
                }
                List<Double> losses = new ArrayList<>();
                loop.run((step, steps, loss, batch, seconds) -> losses.add(loss.total()));
                return new Run((Mlp) loop.model(), losses.getFirst(), losses.subList(losses.size() - 10, losses.size()).stream().mapToDouble(l -> l).average().orElseThrow());
            }
        }
    }

    private static Loop loop(Compute compute, Regime regime, double sparsity) {
        Mlp net = new Mlp(List.of(24, 48, 40, 5), Activation.RELU);
        Birth birth = new Birth(compute, net, new Rng(5).split("birth"));
        Map<Site, Long> births = regime.births(net.sites(), sparsity);
        for (Site s : net.sites()) {
            if (births.containsKey(s)) {
                birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.toIntExact(births.get(s)), new Rng(6).split(s.name())), Layout.CSR);
            } else {
                birth.dense(s);
            }
        }
        int rounds = regime.rounds(sparsity);
        ExampleBatches batches = new ExampleBatches(new Clouds(Shape.of(24), 5, 600), 32, new Rng(7));
        Setup setup = new Setup(new Supervised(new CrossEntropy(0.05)), batches, new Sgd(0.9, false, 1e-4), 0.05, new Rates.Rounds(new Rates.Cosine(0, 0), rounds), 10, STEPS * rounds, Layout.CSR,
                regime.hooks(net.sites(), sparsity), new Rng(8));
        return new Loop(compute, net, setup);
    }
}
