package dev.filigree.prune.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog;
import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.io.data.FeatureTable;
import dev.filigree.io.data.Standardised;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.prune.Parts;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ways to choose features: the same bits for a seed on any number of threads, formulas on small tables, and what is held on to. */
class FeaturesTest {

    private static final Compute ONE = new Compute(Kernels.best(), Parallel.single());

    /** The first third of the features follows one of two hidden numbers, the second third is noise, the rest never changes. */
    private static FeatureTable table(int examples, int features) {
        Rng rng = new Rng(3);
        float[] values = new float[examples * features];
        for (int i = 0; i < examples; i++) {
            double[] hidden = {rng.nextGaussian(), rng.nextGaussian()};
            for (int f = 0; f < features; f++) {
                values[i * features + f] = (float) (f < features / 3 ? hidden[f % 2] + 0.1 * rng.nextGaussian() : f < features / 3 * 2 ? rng.nextGaussian() : 4);
            }
        }
        return new FeatureTable(features, values, new int[examples], List.of("only"));
    }

    static List<Catalog.Entry<Features>> entries() {
        return Parts.FEATURES.entries();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void scoresAreTheSameForASeedOnAnyNumberOfThreads(Catalog.Entry<Features> entry) {
        boolean trained = entry.options().stream().anyMatch(o -> o.name().equals("epochs"));
        Features way = Parts.FEATURES.make(entry.name() + (trained ? "(hidden=70,epochs=3)" : ""));
        FeatureTable table = table(150, 60);
        float[] one = way.score(ONE, table, new Rng(1));
        assertEquals(60, one.length);
        for (float s : one) {
            assertTrue(Float.isFinite(s));
        }
        try (Parallel parallel = new Parallel(3)) {
            assertArrayEquals(one, way.score(new Compute(Kernels.best(), parallel), table, new Rng(1)), 0f);
        }
    }

    @Test
    void theBestAreThoseOfTheHighestScoresAndTheFirstOfEqualOnes() {
        assertArrayEquals(new int[] {1, 2, 4}, Features.best(new float[] {0, 3, 1, 1, 2}, 3));
        assertThrows(UserError.class, () -> Features.best(new float[3], 4));
    }

    @Test
    void strengthIsTheSumOfTheSizesOfAnInputsWeights() {
        Topology.Builder live = new Topology.Builder(2, 3, 4);
        live.add(0, 0);
        live.add(0, 2);
        live.add(1, 0);
        float[] found = Strength.strengths(Layout.CSR.pack(Arena.ofAuto(), live.build(), Floats.allocate(3).copyFrom(of(1, -2, -0.5f))));
        assertArrayEquals(new float[] {1.5f, 0, 2}, found);
    }

    private static Floats of(float... values) {
        Floats out = Floats.allocate(values.length);
        for (int i = 0; i < values.length; i++) {
            out.set(i, values[i]);
        }
        return out;
    }

    @Test
    void aSparseAutoencoderHoldsOnToWhatChanges() {
        FeatureTable table = table(400, 60);
        float[] scores = new Strength(100, 4, 60, 0.2, 0.2, 0.01).score(ONE, table, new Rng(1));
        double[] mean = IntStream.range(0, 3).mapToDouble(third -> IntStream.range(third * 20, third * 20 + 20).mapToDouble(f -> scores[f]).average().orElseThrow()).toArray();
        assertTrue(mean[0] > 1.2 * mean[2], "what follows something hidden has " + mean[0] + ", noise " + mean[1] + ", what never changes " + mean[2]);
    }

    @Test
    void aLayerHasEpsilonLiveWeightsForEachUnit() {
        assertEquals(2 * 13 * (500 + 1000), new Strength(1000, 13, 1, 0.2, 0.2, 0.01).weights(500));
        assertEquals(2 * 20 * 30, new Strength(30, 13, 1, 0.2, 0.2, 0.01).weights(20), "no more than there are");
        assertThrows(UserError.class, () -> new Strength(0, 13, 1, 0.2, 0.2, 0.01));
    }

    @Test
    void varianceIsInTheUnitsOfTheFeature() {
        FeatureTable t = new FeatureTable(2, new float[] {1, 1000, 3, 1000, 5, 1030}, new int[3], List.of("only"));
        assertArrayEquals(new float[] {8 / 3f, 200}, new Variance().score(ONE, t, new Rng(0)), 1e-4f);
    }

    @Test
    void theLaplacianScoreIsItsFormula() {
        FeatureTable t = table(14, 9);
        float[] found = new Laplacian(2, 100).score(ONE, t, new Rng(0));
        float[][] x = Features.rows(Standardised.of(t));
        int n = x.length;
        double[][] d = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int f = 0; f < 9; f++) {
                    d[i][j] += Math.pow(x[i][f] - x[j][f], 2);
                }
            }
        }
        boolean[][] near = new boolean[n][n];
        double sum = 0;
        for (int i = 0; i < n; i++) {
            int me = i;
            int[] order = IntStream.range(0, n).filter(j -> j != me).boxed().sorted((a, b) -> Double.compare(d[me][a], d[me][b])).mapToInt(j -> j).toArray();
            for (int j : Arrays.copyOf(order, 2)) {
                near[i][j] = true;
                sum += d[i][j];
            }
        }
        double scale = sum / (2 * n);
        for (int f = 0; f < 6; f++) { // the others never change
            double above = 0;
            double whole = 0;
            double first = 0;
            double second = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    double s = near[i][j] || near[j][i] ? Math.exp(-d[i][j] / scale) : 0;
                    above += s * Math.pow(x[i][f] - x[j][f], 2) / 2;
                    whole += s;
                    first += s * x[i][f];
                    second += s * x[i][f] * x[i][f];
                }
            }
            assertEquals(-above / (second - first * first / whole), found[f], 1e-4);
        }
        assertEquals(-Float.MAX_VALUE, found[8]);
        assertThrows(UserError.class, () -> new Laplacian(5, 5));
    }
}
