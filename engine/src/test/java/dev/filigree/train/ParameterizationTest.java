package dev.filigree.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Branch;
import dev.filigree.model.Branched;
import dev.filigree.model.Networks;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Svd;
import dev.filigree.tensor.Tiled;
import dev.filigree.train.loss.CrossEntropy;
import dev.filigree.train.parameterization.Parameterization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every parameterization learns, has no more numbers than it may, and gives the same bits on any number of threads and wherever it is stopped. */
class ParameterizationTest {

    private static final Networks TASK = Networks.all().stream().filter(n -> n.name().equals("decoder")).findFirst().orElseThrow();
    private static final Site SITE = new Site("weight", 0, Role.HIDDEN, 20, 30);

    @TempDir
    Path folder;

    static List<Catalog.Entry<Parameterization>> parameterizations() {
        return Parts.PARAMETERIZATIONS.entries();
    }

    private static Branched born(Catalog.Entry<Parameterization> entry, int threads) {
        return Parts.PARAMETERIZATIONS.make(entry.name() + "(share=0.6)").born(new Compute(Kernels.best(), new Parallel(threads)), TASK.network().get(), s -> s.role() != Role.OUTPUT, new Rng(1));
    }

    private static Loop loop(Branched model, int threads, long steps) {
        return new Loop(new Compute(Kernels.best(), new Parallel(threads)), model, new Setup(new Supervised(new CrossEntropy(0)), TASK.batches().apply(new Rng(3)),
                new Adam(0.9, 0.98, 1e-8, 0), 0.01, new Rates.Linear(0.05), 1, steps, Layout.CSR, List.of(), new Rng(4)));
    }

    @ParameterizedTest
    @MethodSource("parameterizations")
    void itLearnsWithNoMoreNumbersThanItMay(Catalog.Entry<Parameterization> entry) {
        Branched model = born(entry, 1);
        long all = model.network().sites().stream().filter(s -> s.role() != Role.OUTPUT).mapToLong(Site::positions).sum();
        assertTrue(model.count() <= 0.6 * all && model.count() > 0.4 * all, entry.name() + " has " + model.count() + " of " + all);
        try (Loop loop = loop(model, 1, 120)) {
            double first = loop.advance().total();
            while (loop.step() < loop.steps()) {
                loop.advance();
            }
            assertTrue(loop.loss().total() < 0.7 * first, entry.name() + ": the loss went from " + first + " to " + loop.loss().total());
        }
    }

    @ParameterizedTest
    @MethodSource("parameterizations")
    void theSameBitsOnAnyNumberOfThreadsAndWhereverItIsStopped(Catalog.Entry<Parameterization> entry) {
        float[] one = trained(entry, 1, 0);
        assertArrayEquals(one, trained(entry, 3, 0), 0f, "threads");
        assertArrayEquals(one, trained(entry, 1, 9), 0f, "stopped");
    }

    private float[] trained(Catalog.Entry<Parameterization> entry, int threads, long stop) {
        Path state = folder.resolve("state.safetensors");
        if (stop > 0) {
            try (Loop loop = loop(born(entry, threads), threads, 20)) {
                while (loop.step() < stop) {
                    loop.advance();
                }
                Snapshot.save(state, loop, Map.of());
            }
        }
        Branched model = born(entry, threads);
        try (Loop loop = loop(model, threads, 20)) {
            if (stop > 0) {
                Snapshot.load(state, loop, Map.of());
            }
            while (loop.step() < loop.steps()) {
                loop.advance();
            }
        }
        List<Float> all = new ArrayList<>();
        model.trained().forEach(p -> p.forward().forEach((r, c, slot, v) -> all.add(v)));
        float[] out = new float[all.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = all.get(i);
        }
        return out;
    }

    private static float[] first() {
        Rng rng = new Rng(7);
        float[] w = new float[20 * 30];
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) (rng.nextGaussian() * (i % 30 == 11 || i % 30 == 4 ? 3 : 1)); // two large columns
        }
        return w;
    }

    @Test
    void theLowRankIsTheBestOfItsRank() {
        float[] w = first();
        Branch.LowRank low = (Branch.LowRank) Parts.PARAMETERIZATIONS.make("low-rank(share=0.5)").born(SITE, w, new Rng(1)).getFirst();
        assertEquals(300 / 50, low.a().forward().rows(), "0.5 * 20 * 30 / (20 + 30)");
        Tiled near = Tiled.room(20, 30);
        low.addTo(near);
        double left = 0;
        for (int i = 0; i < w.length; i++) {
            left += Math.pow(w[i] - near.get(i / 30, i % 30), 2);
        }
        double[] s = Svd.of(w, 20, 30).s();
        double expected = 0;
        for (int i = 6; i < s.length; i++) {
            expected += s[i] * s[i];
        }
        assertEquals(expected, left, 1e-3 * expected);
    }

    @Test
    void columnsAreThoseOfTheFirstValuesAndChosenByNormWhenAsked() {
        float[] w = first();
        List<Branch> sum = Parts.PARAMETERIZATIONS.make("lost(kept=0.067,choice=norm)").born(SITE, w, new Rng(1));
        Branch.Columns columns = (Branch.Columns) sum.get(1);
        assertArrayEquals(new int[] {4, 11}, columns.columns());
        columns.weight().forward().forEach((r, i, slot, v) -> assertEquals(w[r * 30 + columns.columns()[i]], v));
        assertEquals(0.5f, columns.scale());
        assertEquals((300 - 40) / 50, ((Branch.LowRank) sum.getFirst()).a().forward().rows(), "what is left of the share");
    }

    /** Of diagonal values 5, 4, 3, 2, 1 a low rank of 2 has the first two; the next two components need inputs 2 and 3. */
    @Test
    void columnsAreThoseThatTheLowRankLacks() {
        float[] w = new float[20 * 20];
        for (int i = 0; i < 5; i++) {
            w[i * 20 + i] = 5 - i;
        }
        Site s = new Site("weight", 0, Role.HIDDEN, 20, 20);
        List<Branch> sum = Parts.PARAMETERIZATIONS.make("lost(share=0.3,kept=0.1,next=2)").born(s, w, new Rng(1));
        assertEquals(2, ((Branch.LowRank) sum.getFirst()).a().forward().rows());
        assertArrayEquals(new int[] {2, 3}, ((Branch.Columns) sum.get(1)).columns());
    }

    @ParameterizedTest
    @ValueSource(strings = {"lost(share=0)", "lost(kept=0.6)", "lost(gamma=1)", "lost(gamma=0)", "lost(next=0)", "lost(choice=best)", "low-rank(share=2)", "sltrain(kept=-1)"})
    void impossibleSettingsAreRefused(String text) {
        assertThrows(UserError.class, () -> Parts.PARAMETERIZATIONS.make(text));
    }

    @Test
    void aShareWithoutRoomForRankOneIsRefused() {
        assertThrows(UserError.class, () -> Parts.PARAMETERIZATIONS.make("low-rank(share=0.05)").born(SITE, first(), new Rng(1)));
    }
}
