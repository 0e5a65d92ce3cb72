package dev.filigree.prune.channels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Coupling;
import dev.filigree.model.Narrowing;
import dev.filigree.model.Network;
import dev.filigree.ops.Batch;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.train.Batches;
import dev.filigree.train.Birth;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ways to choose channels: laws of all, and cases of each that can be checked by hand. */
class ChannelsTest {

    private static final long STEPS = 12;

    /** Every way, and networks that it takes. */
    static Stream<Arguments> all() {
        return Parts.CHANNELS.entries().stream().flatMap(e -> Nets.all().stream().filter(n -> !gains(e) || !List.of("mlp", "lenet5").contains(n.name())).map(n -> Arguments.of(e, n)));
    }

    private static boolean gains(Entry<Channels> e) {
        return e.make() instanceof Slimming || e.make() instanceof MaskSparsity;
    }

    /** A network in training with a choice that watches. */
    private record Run(Network network, Choice choice, Loop loop, Parallel parallel) implements AutoCloseable {

        static Run of(Nets nets, Choice choice, int threads) {
            Parallel parallel = new Parallel(threads);
            Compute compute = new Compute(Kernels.best(), parallel);
            Network net = nets.make().get();
            Birth birth = new Birth(compute, net, new Rng(4));
            net.sites().forEach(birth::dense);
            Loop loop = new Loop(compute, net, new Setup(new Supervised(new CrossEntropy(0)), new Same(Nets.batch(net, 12)), new Sgd(0.9, false, 1e-4), 0.02, new Rates.Constant(0), 10, STEPS,
                    Layout.CSR, List.of(choice), new Rng(8)));
            return new Run(net, choice, loop, parallel);
        }

        List<int[]> keep() {
            return choice.keep(network, new Rng(9));
        }

        @Override
        public void close() {
            loop.close();
            parallel.close();
        }
    }

    /** The same batch again and again. */
    private record Same(Batch next) implements Batches {

        @Override
        public int size() {
            return 12;
        }

        @Override
        public int count() {
            return 12;
        }

        @Override
        public long epoch() {
            return 0;
        }

        @Override
        public String fingerprint() {
            return "same";
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void theShareAskedForStaysAndTheRestGoes(Entry<Channels> entry, Nets nets) {
        try (Run run = Run.of(nets, entry.make().prepare(0.4), 1)) {
            run.loop.run((step, steps, loss, batch, seconds) -> { });
            List<Coupling> couplings = run.network.couplings();
            List<int[]> keep = run.keep();
            int whole = couplings.stream().mapToInt(Coupling::channels).sum();
            int left = keep.stream().mapToInt(k -> k.length).sum();
            assertEquals(0.4 * whole, left, couplings.size(), "rounded in each layer");
            assertTrue(IntStream.range(0, keep.size()).allMatch(i -> keep.get(i).length >= 1));
            Network narrow = Narrowing.of(run.network, keep);
            assertTrue(Float.isFinite(Nets.logits(run.loop.compute(), narrow, Nets.batch(narrow, 2))[0][0]));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void theChoiceIsTheSameOnAnyNumberOfThreadsAndWhereverTheRunWasStopped(Entry<Channels> entry, Nets nets) {
        try (Run one = Run.of(nets, entry.make().prepare(0.4), 1); Run three = Run.of(nets, entry.make().prepare(0.4), 3); Run second = Run.of(nets, entry.make().prepare(0.4), 1)) {
            one.loop.run((step, steps, loss, batch, seconds) -> { });
            for (int i = 0; i < STEPS - 3; i++) {
                three.loop.advance();
            }
            StateWriter state = new StateWriter();
            three.loop.save(state);
            StateReader read = state.copied();
            second.loop.load(read);
            second.loop.run((step, steps, loss, batch, seconds) -> { });
            assertArrayEquals(one.keep().toArray(), second.keep().toArray());
            one.network.params().forEach(p -> assertArrayEquals(Slots.of(p.backward()).toArray(), Slots.of(second.network.param(p.name()).backward()).toArray(), p.name()));
        }
    }

    @Test
    void filtersAreJudgedByTheirSums() {
        try (Run run = Run.of(Nets.all().getFirst(), new FilterNorm().prepare(0.2), 1)) {
            Floats weights = Slots.of(run.network.param("layer.1.weight").backward());
            weights.fill(0.01f);
            run.network.param("layer.1.weight").backward().forEach((r, c, slot, v) -> weights.set(slot, r == 3 && c == 0 ? -5f : r == 7 ? 0.2f : 0.01f));
            assertArrayEquals(new int[] {3, 7}, run.keep().get(1), "5 + 16 * 0.01 and 17 * 0.2, 2 of 9");
            assertEquals(3, run.keep().getFirst().length, "a fifth of 17");
        }
    }

    @Test
    void oneThresholdForAllGainsLeavesEachLayerAtLeastATenth() {
        try (Run run = Run.of(Nets.all().get(2), new Slimming(0, true).prepare(0.4), 1)) {
            gains(run, "conv.0", 0.5f);
            gains(run, "conv.1", -0.9f);
            gains(run, "conv.2", 0.1f);
            Slots.of(run.network.param("conv.0.norm.weight").forward()).set(4, -2f);
            List<int[]> keep = run.keep(); // 14 of 35
            assertArrayEquals(new int[] {4}, keep.get(0));
            assertArrayEquals(IntStream.range(0, 12).toArray(), keep.get(1), "of equal ones the first");
            assertArrayEquals(new int[] {0}, keep.get(2));
            List<Integer> each = new Slimming(0, false).prepare(0.4).keep(run.network, new Rng(1)).stream().map(k -> k.length).toList();
            assertEquals(List.of(2, 7, 5), each, "of 6, 17 and 12, when each layer has a threshold of its own");
        }
    }

    private static void gains(Run run, String conv, float value) {
        Slots.of(run.network.param(conv + ".norm.weight").forward()).fill(value);
    }

    @Test
    void allGainsArePulledAtFirstAndLaterThoseThatGo() {
        Choice choice = new MaskSparsity(0.5, 2, 0.5, true).prepare(0.4);
        try (Run run = Run.of(Nets.all().get(2), choice, 1)) {
            run.loop.advance();
            Floats gradient = run.loop.gradients().of(run.network.param("conv.1.norm.weight"));
            gradient.fill(0f);
            choice.differentiated(run.loop, 1);
            assertEquals(17 * 0.5, sum(gradient), 1e-5, "every one");
            gains(run, "conv.1", -0.1f);
            Slots.of(run.network.param("conv.1.norm.weight").forward()).set(2, 5f);
            choice.beforeStep(run.loop, STEPS / 2);
            gains(run, "conv.1", -0.1f);
            gradient.fill(0f);
            choice.differentiated(run.loop, STEPS / 2);
            int[] stay = run.keep().get(1);
            assertTrue(IntStream.of(stay).anyMatch(c -> c == 2) && stay.length < 17);
            for (int c = 0; c < 17; c++) {
                int channel = c;
                assertEquals(IntStream.of(stay).anyMatch(k -> k == channel) ? 0 : -2, gradient.get(c), "channel " + c);
            }
        }
    }

    private static double sum(Floats v) {
        double sum = 0;
        for (float f : v.toArray()) {
            sum += f;
        }
        return sum;
    }

    @Test
    void pullsMakeGainsSmaller() {
        double[] total = new double[2];
        for (int i = 0; i < 2; i++) {
            try (Run run = Run.of(Nets.all().get(2), new Slimming(i * 0.05, true).prepare(0.5), 1)) {
                run.loop.run((step, steps, loss, batch, seconds) -> { });
                total[i] = run.network.couplings().stream().mapToDouble(c -> IntStream.range(0, c.channels()).mapToDouble(j -> Gains.sizes(c)[j]).sum()).sum();
            }
        }
        assertTrue(total[1] < total[0] - 1, total[1] + " after a pull, " + total[0] + " without");
    }

    @Test
    void groupLassoTakesTheSameLengthFromEveryChannelOfALayer() {
        Choice choice = new GroupLasso(2).prepare(0.4);
        try (Run run = Run.of(Nets.all().getFirst(), choice, 1)) {
            Coupling layer = run.network.couplings().get(1);
            assertEquals(18, Groups.size(layer), "17 inputs and a bias");
            Groups.scale(layer, new double[] {1, 1, 1, 1, 1e-3, 1, 1, 1, 1});
            double[] before = Groups.lengths(layer);
            choice.updated(run.loop, 0);
            double[] after = Groups.lengths(layer);
            for (int c = 0; c < after.length; c++) {
                assertEquals(c == 4 ? 0 : before[c] - 0.02 * 2 * Math.sqrt(18), after[c], 1e-5);
            }
        }
    }

    @Test
    void underTheEnvelopeSoManyChannelsAreLeftAndTheOthersAreZero() {
        for (Nets nets : Nets.all().subList(0, 3)) {
            try (Run run = Run.of(nets, new GroupEnvelope(1000, 0, false).prepare(0.4), 1)) {
                run.loop.run((step, steps, loss, batch, seconds) -> { });
                List<int[]> keep = run.keep();
                List<Coupling> couplings = run.network.couplings();
                for (int i = 0; i < keep.size(); i++) {
                    double[] lengths = Groups.lengths(couplings.get(i));
                    int[] alive = IntStream.range(0, lengths.length).filter(c -> lengths[c] > 0).toArray();
                    assertEquals(Math.max(1, Math.round(0.4 * lengths.length)), keep.get(i).length);
                    assertTrue(alive.length == keep.get(i).length || alive.length == keep.get(i).length + 1,
                            nets + " " + couplings.get(i).name() + ": " + alive.length + " alive, and at most one on its way out");
                    assertTrue(IntStream.of(alive).boxed().toList().containsAll(IntStream.of(keep.get(i)).boxed().toList()), "those stay");
                }
            }
        }
    }

    @Test
    void impossibleSettingsAndNetworksAreRefused() {
        for (double keep : new double[] {0, 1, -1, Double.NaN}) {
            Parts.CHANNELS.entries().forEach(e -> assertThrows(UserError.class, () -> e.make().prepare(keep), e.name()));
        }
        assertThrows(UserError.class, () -> new Slimming(-1, true));
        assertThrows(UserError.class, () -> new MaskSparsity(0, 0, 1, true));
        try (Run run = Run.of(Nets.all().getFirst(), new Slimming(0.1, true).prepare(0.5), 1)) {
            assertTrue(assertThrows(UserError.class, run.loop::advance).getMessage().contains("l1-filter"));
        }
    }
}
