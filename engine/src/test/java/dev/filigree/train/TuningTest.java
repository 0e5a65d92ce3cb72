package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Branch;
import dev.filigree.model.Branched;
import dev.filigree.model.Decoder;
import dev.filigree.model.Mlp;
import dev.filigree.model.Model;
import dev.filigree.model.Network;
import dev.filigree.model.Networks;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.tuning.ChangeFile;
import dev.filigree.train.tuning.Tuning;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way of tuning begins where the network is, trains no more than it may, leaves the network alone and can be merged into it. */
class TuningTest {

    private static final double SHARE = 0.2;
    private static final Networks TASK = Networks.all().stream().filter(n -> n.name().equals("decoder")).findFirst().orElseThrow();

    @TempDir
    Path folder;

    static List<Catalog.Entry<Tuning>> tunings() {
        return Parts.TUNINGS.entries();
    }

    private static Compute compute(int threads) {
        return new Compute(Kernels.best(), new Parallel(threads));
    }

    /** A decoder with heads of 8 features. */
    private static Network born(Compute compute) {
        Network net = new Decoder(new Decoder.Shape(11, 8, 16, 2, 2, 24, false, false, false));
        Birth birth = new Birth(compute, net, new Rng(1));
        net.sites().forEach(birth::dense);
        return net;
    }

    /** The same weights and 0.01 more at those in even columns, up to 0.02 at the last rows. */
    private static Network moved(Compute compute) {
        Network net = born(compute);
        for (Site s : net.sites()) {
            Tiled w = (Tiled) net.param(s).forward();
            w.forEach((r, c, slot, v) -> w.tiles().set(slot, c % 2 == 0 ? v + 0.01f * (1 + (r + 1f) / s.rows()) : v));
        }
        return net;
    }

    private static Tuning make(String name) {
        return Parts.TUNINGS.make(name + "(share=" + SHARE + (name.equals("s2ft") ? ",head=8" : "") + ")");
    }

    private static Branched tuned(Compute compute, Tuning how, Network base) {
        return new Branched(base, Branched.Rest.FROZEN, how.begin(new Tuning.Start(compute, base, () -> moved(compute), new Rng(2))));
    }

    private static Loop loop(Compute compute, Model model, long steps) {
        return new Loop(compute, model, new Setup(new Supervised(new CrossEntropy(0)), TASK.batches().apply(new Rng(3)), new Adam(0.9, 0.98, 1e-8, 0), 0.02, new Rates.Linear(0.05), 1, steps,
                Layout.CSR, List.of(), new Rng(4)));
    }

    private static float[] values(Model model) {
        List<Float> all = new ArrayList<>();
        model.params().forEach(p -> p.forward().forEach((r, c, slot, v) -> all.add(v)));
        float[] out = new float[all.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = all.get(i);
        }
        return out;
    }

    private static float[] outputs(Compute compute, Model model) {
        Batch batch = TASK.batches().apply(new Rng(5)).next();
        try (Eager eager = new Eager(compute)) {
            return model.forward(eager, batch).data().toArray();
        }
    }

    @ParameterizedTest
    @MethodSource("tunings")
    void itBeginsWhereTheNetworkIsAndTrainsNoMoreThanItMay(Catalog.Entry<Tuning> entry) {
        Compute compute = compute(1);
        Network base = born(compute);
        Branched model = tuned(compute, make(entry.name()), base);
        assertArrayEquals(outputs(compute, base), outputs(compute, model), 1e-6f);
        assertTrue(model.count() > 0.5 * SHARE * base.positions() && model.count() <= SHARE * base.positions(), entry.name() + " trains " + model.count() + " of " + base.positions());
        assertEquals(model.count(), model.trained().stream().mapToLong(p -> p.forward().nonZeros()).sum());
    }

    @ParameterizedTest
    @MethodSource("tunings")
    void itLearnsLeavesTheNetworkAloneAndCanBeMerged(Catalog.Entry<Tuning> entry) {
        Compute compute = compute(1);
        Network base = born(compute);
        float[] before = values(base);
        Branched model = tuned(compute, make(entry.name()), base);
        double first;
        try (Loop loop = loop(compute, model, 100)) {
            first = loop.advance().total();
            while (loop.step() < loop.steps()) {
                loop.advance();
            }
            assertTrue(loop.loss().total() < 0.9 * first, entry.name() + ": the loss went from " + first + " to " + loop.loss().total());
            assertTrue(loop.memory().optimizer() < loop(compute, base, 1).rehearse(0).memory().optimizer());
        }
        assertArrayEquals(before, values(base), 0f, "the base");
        Network merged = born(compute);
        base.params().forEach(p -> merged.param(p.name()).set(p.forward()));
        base.sites().forEach(s -> merged.param(s).set(model.merged(s)));
        assertArrayEquals(outputs(compute, model), outputs(compute, merged), 1e-4f);
    }

    @ParameterizedTest
    @MethodSource("tunings")
    void theSameBitsOnAnyNumberOfThreadsAndWhereverItIsStopped(Catalog.Entry<Tuning> entry) {
        float[] one = trained(entry, 1, 0);
        assertArrayEquals(one, trained(entry, 3, 0), 0f, "threads");
        assertArrayEquals(one, trained(entry, 1, 11), 0f, "stopped");
    }

    private float[] trained(Catalog.Entry<Tuning> entry, int threads, long stop) {
        Compute compute = compute(threads);
        Path state = folder.resolve("state.safetensors");
        if (stop > 0) {
            try (Loop loop = loop(compute, tuned(compute, make(entry.name()), born(compute)), 30)) {
                while (loop.step() < stop) {
                    loop.advance();
                }
                Snapshot.save(state, loop, Map.of());
            }
        }
        Branched model = tuned(compute, make(entry.name()), born(compute));
        try (Loop loop = loop(compute, model, 30)) {
            if (stop > 0) {
                Snapshot.load(state, loop, Map.of());
            }
            while (loop.step() < loop.steps()) {
                loop.advance();
            }
        }
        return values(model);
    }

    @Test
    void changesOfTwoTasksAddUp() {
        Compute compute = compute(1);
        Network base = born(compute);
        Site s = base.sites().getFirst();
        Floats ones = Floats.allocate(s.rows()).fill(1);
        Topology first = column(s, 0);
        Topology second = column(s, 3);
        var one = new Branch.Product(new Held("one", Layout.CSR.pack(Arena.ofAuto(), first, ones)));
        var two = new Branch.Product(new Held("two", Layout.CSR.pack(Arena.ofAuto(), second, ones)));
        Tiled sum = new Branched(base, Branched.Rest.FROZEN, Map.of(s.name(), List.of(one, two))).merged(s);
        base.param(s).forward().forEach((r, c, slot, v) -> assertEquals(c == 0 || c == 3 ? v + 1 : v, sum.get(r, c), 1e-6f));
    }

    private static Topology column(Site s, int col) {
        Topology.Builder b = new Topology.Builder(s.rows(), s.cols(), s.rows());
        for (int r = 0; r < s.rows(); r++) {
            b.add(r, col);
        }
        return b.build();
    }

    @ParameterizedTest
    @MethodSource("tunings")
    void aFileGivesTheSameChangeBack(Catalog.Entry<Tuning> entry) {
        Compute compute = compute(1);
        Network base = born(compute);
        Map<String, List<Branch>> change = make(entry.name()).begin(new Tuning.Start(compute, base, () -> moved(compute), new Rng(2)));
        Branched model = new Branched(base, Branched.Rest.FROZEN, change);
        try (Loop loop = loop(compute, model, 5)) {
            loop.run((step, steps, loss, batch, seconds) -> { });
        }
        Path file = folder.resolve("change.safetensors");
        ChangeFile.write(file, change);
        Branched read = new Branched(base, Branched.Rest.FROZEN, ChangeFile.read(file, base));
        base.sites().forEach(s -> assertArrayEquals(model.merged(s).tiles().toArray(), read.merged(s).tiles().toArray(), 0f, s.name()));
        Network other = new Decoder(new Decoder.Shape(11, 8, 24, 1, 2, 24, false, false, false));
        assertTrue(assertThrows(UserError.class, () -> ChangeFile.read(file, other)).getMessage().contains("another"));
    }

    @Test
    void positionsThatLieFarApartComeBack() {
        Network wide = new Mlp(List.of(70_000, 3, 2), Activation.RELU);
        Site s = wide.sites().getFirst();
        Topology.Builder b = new Topology.Builder(3, 70_000, 4);
        b.add(0, 65_535);
        b.add(1, 65_534);
        b.add(2, 69_998);
        b.add(2, 69_999);
        Path file = folder.resolve("change.safetensors");
        Topology live = b.build();
        ChangeFile.write(file, Map.of(s.name(), List.of(new Branch.Product(new Held("d", Layout.CSR.pack(Arena.ofAuto(), live, Floats.of(1, 2, 3, 4)))))));
        Weight back = ((Branch.Product) ChangeFile.read(file, wide).get(s.name()).getFirst()).weight().forward();
        assertEquals(4, back.nonZeros());
        back.forEach((r, c, slot, v) -> assertEquals(v, live.find(r, c) + 1));
    }

    @Test
    void lotteryTicketsAreTheWeightsThatMovedMost() {
        Compute compute = compute(1);
        Network base = born(compute);
        Branched model = tuned(compute, Parts.TUNINGS.make("lt-sft(share=0.25)"), base);
        for (Site s : model.sites().stream().filter(x -> x.name().endsWith("lt-sft")).toList()) {
            Topology live = Topology.of(model.param(s).forward());
            for (int r = 0; r < s.rows(); r++) { // the upper half of rows in even columns: those that moved by more than 0.015
                for (int i = live.start().get(r); i < live.start().get(r + 1); i++) {
                    assertTrue(live.column().get(i) % 2 == 0 && r + 1 >= s.rows() / 2, s.name() + " row " + r + " column " + live.column().get(i));
                }
            }
        }
        assertEquals(base.positions() / 4, model.count());
    }

    @Test
    void lowRankIsItsFormula() {
        Compute compute = compute(1);
        Network base = born(compute);
        Map<String, List<Branch>> change = Parts.TUNINGS.make("lora(share=0.2,scale=3)").begin(new Tuning.Start(compute, base, () -> base, new Rng(2)));
        Site s = base.sites().getFirst();
        Branch.LowRank pair = (Branch.LowRank) change.get(s.name()).getFirst();
        Tiled a = (Tiled) pair.a().forward();
        Tiled b = (Tiled) pair.b().forward();
        b.forEach((r, k, slot, v) -> b.tiles().set(slot, r + 10 * k));
        Tiled w = new Branched(base, Branched.Rest.FROZEN, change).merged(s);
        double expected = ((Tiled) base.param(s).forward()).get(5, 2);
        for (int k = 0; k < a.rows(); k++) {
            expected += 3 * (5 + 10 * k) * a.get(k, 2);
        }
        assertEquals(expected, w.get(5, 2), 1e-3);
    }

    @Test
    void wholeHeadsAreChosen() {
        Compute compute = compute(1);
        Network base = born(compute);
        Map<String, List<Branch>> change = Parts.TUNINGS.make("s2ft(share=0.2,head=8,heads=0.5,choice=large)").begin(new Tuning.Start(compute, base, () -> base, new Rng(2)));
        change.forEach((name, branches) -> {
            int[] columns = ((Branch.Columns) branches.getFirst()).columns();
            assertTrue(name.endsWith("out.weight") || name.endsWith("down.weight"), name);
            if (name.endsWith("out.weight")) {
                assertEquals(0, columns.length % 8, name);
                for (int i = 0; i < columns.length; i++) {
                    assertEquals(columns[i / 8 * 8] / 8, columns[i] / 8, "one head");
                }
            }
        });
        assertTrue(change.keySet().stream().anyMatch(n -> n.endsWith("out.weight")), "half of the numbers have room for a head");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora(share=0)", "lora(share=2)", "lora(scale=0)", "s2ft(share=0)", "s2ft(head=0)", "s2ft(heads=2)", "s2ft(choice=best)", "lt-sft(share=0)", "lt-sft(choice=best)"})
    void impossibleSettingsAreRefused(String text) {
        assertThrows(UserError.class, () -> Parts.TUNINGS.make(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora(share=0.0001)", "s2ft(share=0.0001)", "s2ft(head=7)"})
    void whatHasNoRoomInTheNetworkIsRefused(String text) {
        Compute compute = compute(1);
        Network base = born(compute);
        assertThrows(UserError.class, () -> Parts.TUNINGS.make(text).begin(new Tuning.Start(compute, base, () -> base, new Rng(2))));
    }
}
