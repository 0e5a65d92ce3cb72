package dev.filigree.calib;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Pooling;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Bert;
import dev.filigree.model.Model;
import dev.filigree.model.Models;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Tokens;
import dev.filigree.ops.Eager;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What calibration gathers, against the inputs of every site written down token by token. */
class CalibratorTest {

    private static final Compute COMPUTE = new Compute(Kernels.scalar(), new Parallel(2));

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 23})
    void statisticsAreThoseOfEveryRealToken(int sequences) {
        Bert model = model();
        List<Batch> batches = batches(sequences);
        try (Calibrator c = new Calibrator(COMPUTE, model, batches, false)) {
            for (; c.block() < model.blocks(); c.advance()) {
                List<Site> sites = model.sites(c.block());
                Evidence e = c.observe(sites, EnumSet.of(Need.INPUT_MEAN, Need.INPUT_NORM, Need.INPUT_VARIANCE, Need.GRAM));
                for (Site s : sites) {
                    check(e, s, inputs(model, s, batches));
                }
            }
        }
    }

    @Test
    void queryKeyAndValueShareOneSetOfStatistics() {
        Bert model = model();
        try (Calibrator c = new Calibrator(COMPUTE, model, batches(4), false)) {
            List<Site> sites = model.sites(0);
            Evidence e = c.observe(sites, Set.of(Need.GRAM));
            assertSame(e.of(sites.get(0), Need.GRAM), e.of(sites.get(2), Need.GRAM));
            assertEquals(List.of(List.of(Role.QUERY, Role.KEY, Role.VALUE), List.of(Role.ATTENTION_OUT), List.of(Role.FFN_IN), List.of(Role.FFN_OUT)),
                    c.stages(sites).stream().map(stage -> stage.stream().map(Site::role).toList()).toList());
        }
    }

    /** Whatever part of the activations lies in a file, the numbers are the same bits. */
    @ParameterizedTest
    @ValueSource(longs = {0, 20_000})
    void whatIsSpilledIsTheSame(long memory) {
        Bert model = model();
        Bert twin = model();
        List<Batch> batches = batches(9);
        Set<Need> needs = EnumSet.of(Need.GRAM, Need.DRIFT, Need.MEAN_DRIFT, Need.RESIDUAL_DRIFT, Need.INPUT_NORM);
        try (Calibrator held = new Calibrator(COMPUTE, model, batches, true); Calibrator spilled = new Calibrator(COMPUTE, twin, batches, true, memory)) {
            for (; held.block() < model.blocks(); held.advance(), spilled.advance()) {
                List<Site> sites = model.sites(held.block());
                Evidence a = held.observe(sites, needs);
                Evidence b = spilled.observe(sites, needs);
                for (Site s : sites) {
                    for (Need n : needs) {
                        assertEquals(a.has(s, n), b.has(s, n));
                        assertArrayEquals(a.has(s, n) ? a.of(s, n) : new float[0], b.has(s, n) ? b.of(s, n) : new float[0], s.name() + " " + n);
                    }
                    halve(model, s);
                    halve(twin, s);
                }
            }
            assertEquals(0, held.spilled());
            assertTrue(spilled.spilled() > 0, "some lies in a file");
        }
    }

    @Test
    void onlyWhatWasAskedForIsThere() {
        Bert model = model();
        try (Calibrator c = new Calibrator(COMPUTE, model, batches(2), false)) {
            Site first = model.sites().getFirst();
            Evidence e = c.observe(List.of(first), Set.of(Need.INPUT_NORM));
            assertFalse(e.has(first, Need.GRAM));
            assertThrows(IllegalArgumentException.class, () -> e.of(first, Need.GRAM));
            assertThrows(IllegalArgumentException.class, () -> e.of(model.sites().get(3), Need.INPUT_NORM));
            assertThrows(IllegalArgumentException.class, () -> c.observe(List.of(first), Set.of(Need.DRIFT)));
        }
    }

    @Test
    void theNextBlockSeesPrunedOutputsAndTheDriftTellsHowFarTheyMoved() {
        Bert model = model();
        Bert before = model();
        List<Batch> batches = batches(9);
        Set<Need> needs = EnumSet.of(Need.GRAM, Need.DRIFT, Need.MEAN_DRIFT);
        try (Calibrator c = new Calibrator(COMPUTE, model, batches, true)) {
            Site first = model.sites(0).getFirst();
            for (float v : c.observe(List.of(first), needs).of(first, Need.DRIFT)) {
                assertEquals(0, v, 1e-6);
            }
            for (Site s : model.sites(0)) {
                halve(model, s);
            }
            c.advance();
            Site s = model.sites(1).get(5);
            Evidence e = c.observe(model.sites(1), needs);
            double[][] now = inputs(model, s, batches);
            double[][] then = inputs(before, s, batches);
            int n = s.cols();
            for (int i = 0; i < n; i++) {
                double mean = 0;
                for (int j = 0; j < n; j++) {
                    double gram = 0;
                    double drift = 0;
                    for (int t = 0; t < now.length; t++) {
                        gram += now[t][i] * now[t][j] / now.length;
                        drift += (then[t][i] - now[t][i]) * now[t][j] / now.length;
                    }
                    assertEquals(gram, e.of(s, Need.GRAM)[i * n + j], 1e-4);
                    assertEquals(drift, e.of(s, Need.DRIFT)[i * n + j], 1e-4);
                }
                for (int t = 0; t < now.length; t++) {
                    mean += (then[t][i] - now[t][i]) / now.length;
                }
                assertEquals(mean, e.of(s, Need.MEAN_DRIFT)[i], 1e-5);
            }
        }
    }

    @Test
    void theDriftOfAResidualIsThatOfWhatIsAddedToTheOutputs() {
        Bert model = model();
        Bert before = model();
        List<Batch> batches = batches(9);
        try (Calibrator c = new Calibrator(COMPUTE, model, batches, true)) {
            model.sites(0).forEach(s -> halve(model, s));
            c.advance();
            Evidence e = c.observe(model.sites(1), EnumSet.of(Need.DRIFT, Need.RESIDUAL_DRIFT, Need.MEAN_RESIDUAL_DRIFT));
            for (int[] pair : new int[][] {{3, 0}, {5, 4}}) { // attention's output is added to its input, the feed-forward's likewise
                Site s = model.sites(1).get(pair[0]);
                double[][] x = inputs(model, s, batches);
                double[][] now = inputs(model, model.sites(1).get(pair[1]), batches);
                double[][] then = inputs(before, model.sites(1).get(pair[1]), batches);
                for (int r = 0; r < s.rows(); r++) {
                    double mean = 0;
                    for (int j = 0; j < s.cols(); j++) {
                        double product = 0;
                        for (int t = 0; t < x.length; t++) {
                            product += (then[t][r] - now[t][r]) * x[t][j] / x.length;
                        }
                        assertEquals(product, e.of(s, Need.RESIDUAL_DRIFT)[r * s.cols() + j], 1e-4, s.name());
                    }
                    for (int t = 0; t < x.length; t++) {
                        mean += (then[t][r] - now[t][r]) / x.length;
                    }
                    assertEquals(mean, e.of(s, Need.MEAN_RESIDUAL_DRIFT)[r], 1e-5, s.name());
                }
            }
            assertFalse(e.has(model.sites(1).get(4), Need.RESIDUAL_DRIFT));
        }
    }

    private static void check(Evidence e, Site s, double[][] x) {
        int n = s.cols();
        for (int i = 0; i < n; i++) {
            double mean = 0;
            double square = 0;
            for (double[] token : x) {
                mean += token[i] / x.length;
                square += token[i] * token[i] / x.length;
            }
            assertEquals(mean, e.of(s, Need.INPUT_MEAN)[i], 1e-5, s.name());
            assertEquals(Math.sqrt(square), e.of(s, Need.INPUT_NORM)[i], 1e-5, s.name());
            assertEquals(square - mean * mean, e.of(s, Need.INPUT_VARIANCE)[i], 1e-4, s.name());
            for (int j = 0; j < n; j++) {
                double product = 0;
                for (double[] token : x) {
                    product += token[i] * token[j] / x.length;
                }
                assertEquals(product, e.of(s, Need.GRAM)[i * n + j], 1e-4, s.name());
            }
        }
    }

    /** The inputs of one site over all batches, token by token. */
    private static double[][] inputs(Model model, Site s, List<Batch> batches) {
        List<double[]> tokens = new ArrayList<>();
        try (Eager eager = new Eager(COMPUTE)) {
            Watch watch = new Watch(eager, (weight, x) -> {
                if (weight.name().equals(s.name())) {
                    for (int t = 0; t < x.tokens(); t++) {
                        double[] row = new double[x.features()];
                        for (int f = 0; f < row.length; f++) {
                            row[f] = x.get(t, f);
                        }
                        tokens.add(row);
                    }
                }
            });
            for (Batch b : batches) {
                Value y = model.forward(watch, b);
                eager.release(y);
            }
        }
        return tokens.toArray(new double[0][]);
    }

    private static void halve(Bert model, Site s) {
        Topology.Builder b = new Topology.Builder(s.rows(), s.cols(), 16);
        for (int i = 0; i < s.rows() * s.cols(); i += 2) {
            b.add(i / s.cols(), i % s.cols());
        }
        Topology half = b.build();
        Floats values = Floats.allocate(half.count());
        model.param(s).forward().forEach((r, c, slot, v) -> {
            if (half.find(r, c) >= 0) {
                values.set(half.find(r, c), v);
            }
        });
        model.param(s).set(Layout.CSR.pack(Arena.ofAuto(), half, values));
    }

    private static Bert model() {
        return Models.dense(Models.config(Pooling.MEAN), 11);
    }

    private static List<Batch> batches(int sequences) {
        List<int[]> all = Models.sequences(sequences, 19, 40, 5);
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < sequences; i += 7) {
            batches.add(Tokens.of(all.subList(i, Math.min(sequences, i + 7))));
        }
        return batches;
    }
}
