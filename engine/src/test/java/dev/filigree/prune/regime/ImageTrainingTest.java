package dev.filigree.prune.regime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.Shape;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.ImageNetwork;
import dev.filigree.model.LeNet5;
import dev.filigree.model.MobileNet;
import dev.filigree.model.Network;
import dev.filigree.model.ResNet;
import dev.filigree.model.ResNext;
import dev.filigree.model.Site;
import dev.filigree.model.Supernet;
import dev.filigree.model.Vgg;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Samples;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.train.Augmentation;
import dev.filigree.train.Birth;
import dev.filigree.train.ExampleBatches;
import dev.filigree.train.Loop;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import dev.filigree.train.Sgd;
import dev.filigree.train.Snapshot;
import dev.filigree.train.Supervised;
import dev.filigree.train.loss.CrossEntropy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks for images under every regime: they learn, end at the sparsity asked for, repeat themselves and can be stopped. */
class ImageTrainingTest {

    private static final Map<String, String> NO_SETTINGS = Map.of();
    private static final Shape COLOUR = new Shape(3, 8, 9);
    private static final int KINDS = 4;

    /** A small network of a family. */
    record Family(String name, Shape shape, Supplier<ImageNetwork> make) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final Set<Catalog.Entry<Regime>> EVERYWHERE = Set.of(Dense.ENTRY, Dynamic.STATIC, Dynamic.RIGL);

    private static final List<Family> FAMILIES = List.of(new Family("resnet", COLOUR, () -> new ResNet(COLOUR, KINDS, 8, 6)),
            new Family("resnext", COLOUR, () -> new ResNext(COLOUR, KINDS, 11, 2, 4)),
            new Family("mobilenet", COLOUR, () -> new MobileNet(COLOUR, KINDS, 0.15)),
            new Family("vgg", COLOUR, () -> new Vgg(COLOUR, KINDS, List.of(List.of(6, 7), List.of(12)), 0.2)),
            new Family("supernet", COLOUR, () -> new Supernet(COLOUR, KINDS, 10, Supernet.edges("3x3-pool-skip.5x5-skip"))),
            new Family("lenet5", new Shape(1, 13, 14), () -> new LeNet5(new Shape(1, 13, 14), KINDS)));

    /** Every family with some regimes that differ most, and every regime with two families: each after the other gets its turn. */
    static Stream<Arguments> all() {
        List<Catalog.Entry<Regime>> regimes = Parts.REGIMES.entries().stream().filter(e -> e == Dense.ENTRY || e.make().fixedSparsity().isEmpty()).toList(); // N:M refuses convolutions
        return IntStream.range(0, regimes.size()).boxed().flatMap(r -> IntStream.range(0, FAMILIES.size())
                .filter(f -> EVERYWHERE.contains(regimes.get(r)) || (f - r) % (FAMILIES.size() / 2) == 0)
                .filter(f -> !FAMILIES.get(f).name.equals("resnext") || !(regimes.get(r).make() instanceof Learned || regimes.get(r).make() instanceof LowRank)) // learned positions refuse groups
                .mapToObj(f -> Arguments.of(FAMILIES.get(f), regimes.get(r))));
    }

    @Test
    void learnedPositionsRefuseConvolutionsInGroupsWithAWordOnWhatToDo() {
        List<Site> sites = new ResNext(COLOUR, KINDS, 11, 2, 4).sites();
        for (String learned : List.of("edge-popup", "pst")) {
            String said = assertThrows(UserError.class, () -> Parts.REGIMES.make(learned).births(sites, 0.6)).getMessage();
            assertTrue(said.contains("block.1.grouped.weight") && said.contains("--keep-dense"), said);
        }
    }

    static List<Family> families() {
        return FAMILIES;
    }

    private record Run(ImageNetwork net, Loop loop, Compute compute, Patches examples) implements AutoCloseable {

        List<Double> finish() {
            List<Double> losses = new ArrayList<>();
            loop.run((step, steps, loss, batch, seconds) -> losses.add(loss.total()));
            return losses;
        }

        /** Everything that a run leaves behind. */
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

    private static Run start(Family family, Regime regime, double sparsity, int threads, long steps) {
        Compute compute = new Compute(Kernels.best(), new Parallel(threads));
        ImageNetwork net = family.make.get();
        Birth birth = new Birth(compute, net, new Rng(5).split("birth"));
        Map<Site, Long> births = regime.births(net.sites(), sparsity);
        for (Site s : net.sites()) {
            if (births.containsKey(s)) {
                birth.sparse(s, Sampling.topology(s.rows(), s.cols(), Math.toIntExact(births.get(s)), new Rng(6).split(s.name())), Layout.CSR);
            } else {
                birth.dense(s);
            }
        }
        Patches examples = new Patches(family.shape, KINDS, 200);
        ExampleBatches batches = new ExampleBatches(examples, 20, net.form(), new Augmentation.Crop(1), new Rng(7));
        int rounds = regime.rounds(sparsity);
        Setup setup = new Setup(new Supervised(new CrossEntropy(0)), batches, new Sgd(0.9, false, 1e-4), 0.05, new Rates.Rounds(new Rates.Cosine(0, 0), rounds), 5,
                steps * rounds, Layout.CSR,
                regime.hooks(net.sites(), sparsity), new Rng(8));
        return new Run(net, new Loop(compute, net, setup), compute, examples);
    }

    private static double sparsity(Catalog.Entry<Regime> entry) {
        return entry == Dense.ENTRY ? 0 : 0.6;
    }

    /** A regime that rewires several times in a short run. */
    private static Regime often(Catalog.Entry<Regime> entry) {
        return Parts.REGIMES.make(entry == Dynamic.RIGL ? "rigl(every=3)" : entry == Dynamic.SET ? "set(every=3)" : entry.name());
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("all")
    void learnsAndEndsAtTheSparsityAskedFor(Family family, Catalog.Entry<Regime> entry) {
        try (Run run = start(family, entry.make(), sparsity(entry), 1, 80)) {
            List<Double> losses = run.finish();
            double last = losses.subList(losses.size() - 10, losses.size()).stream().mapToDouble(l -> l).average().orElseThrow();
            assertTrue(last < 0.6 * losses.getFirst(), family + " " + entry.name() + ": the loss went from " + losses.getFirst() + " to " + last);
            long live = run.net.sites().stream().mapToLong(s -> run.net.param(s).forward().nonZeros()).sum();
            long positions = run.net.sites().stream().mapToLong(Site::positions).sum();
            assertEquals(1 - sparsity(entry), live / (double) positions, 0.01, family + " " + entry.name());
        }
    }

    @Execution(ExecutionMode.CONCURRENT)
    @ParameterizedTest
    @MethodSource("all")
    void givesTheSameBitsOnAnyNumberOfThreadsAndWhenItWasStopped(Family family, Catalog.Entry<Regime> entry, @TempDir Path folder) {
        Path file = folder.resolve("state.safetensors");
        float[] whole;
        try (Run run = start(family, often(entry), sparsity(entry), 1, 10)) {
            run.finish();
            whole = run.values();
        }
        try (Run run = start(family, often(entry), sparsity(entry), 2, 10)) {
            for (int i = 0; i < 5; i++) {
                run.loop.advance();
            }
            Snapshot.save(file, run.loop, NO_SETTINGS);
        }
        try (Run run = start(family, often(entry), sparsity(entry), 3, 10)) {
            run.loop.advance();
            Snapshot.load(file, run.loop, NO_SETTINGS);
            run.finish();
            assertArrayEquals(whole, run.values(), 0f, family + " " + entry.name());
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void knowsWhatItLearnedOutsideOfTraining(Family family) {
        try (Run run = start(family, Dynamic.STATIC.make(), 0.6, 1, 120); Eager eager = new Eager(run.compute)) {
            run.finish();
            Samples seen = ExampleBatches.range(run.examples, 0, 50, run.net.form());
            double right = new CrossEntropy(0).score(run.compute, run.net.forward(eager, seen), seen, null).right();
            assertTrue(right > 0.6, family + " knows " + right);
            Samples one = ExampleBatches.range(run.examples, 3, 4, run.net.form());
            float alone = run.net.forward(eager, one).get(0, 1);
            assertEquals(run.net.forward(eager, seen).get(3, 1), alone, 1e-3 * (1 + Math.abs(alone)), "one image by itself");
        }
    }

    @Test
    void convolutionsStaySparseWhenTheyAreRewired() {
        try (Run run = start(FAMILIES.getFirst(), Parts.REGIMES.make("rigl(every=2)"), 0.6, 1, 5)) {
            run.finish();
            Site site = run.net.sites().get(1);
            assertEquals(9, site.height() * site.width());
            assertTrue(run.net.param(site).forward() instanceof ConvWeight);
        }
    }

    @Test
    void imagesOfAnotherShapeAreRefusedInOneLine() {
        Network net = new ResNet(COLOUR, KINDS, 8, 4);
        Samples others = ExampleBatches.range(new Patches(new Shape(1, 8, 9), KINDS, 3), 0, 3, net.form());
        try (Eager eager = new Eager(new Compute(Kernels.scalar(), Parallel.single()))) {
            UserError e = assertThrows(UserError.class, () -> net.forward(eager, others));
            assertTrue(e.getMessage().contains("1 x 8 x 9") && e.getMessage().contains("3 x 8 x 9"), e.getMessage());
            assertFalse(e.getMessage().contains("\n"));
        }
        assertThrows(UserError.class, () -> new ResNet(COLOUR, KINDS, 21, 16));
        assertThrows(UserError.class, () -> new ResNext(COLOUR, KINDS, 20, 0, 4));
        assertThrows(UserError.class, () -> new LeNet5(new Shape(1, 4, 4), KINDS));
        assertThrows(UserError.class, () -> new Vgg(COLOUR, KINDS, List.of(List.of(4), List.of(4), List.of(4), List.of(4)), 0));
        assertThrows(UserError.class, () -> new MobileNet(COLOUR, KINDS, 0));
    }
}
