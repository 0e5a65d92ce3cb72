package dev.filigree.prune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.calib.Evidence;
import dev.filigree.calib.Need;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Site;
import dev.filigree.prune.method.SparseGpt;
import dev.filigree.prune.pattern.Blocks;
import dev.filigree.prune.pattern.NofM;
import dev.filigree.prune.pattern.Pattern;
import dev.filigree.prune.recovery.LeastSquares;
import dev.filigree.prune.recovery.MaskSwap;
import java.util.Arrays;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Curvature, SparseGPT, least squares and mask swaps against slow definitions in double precision. */
class SecondOrderTest {

    private static final Compute COMPUTE = new Compute(Kernels.scalar(), new Parallel(2));
    private static final double DAMP = 0.01;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 32, 33, 97, 130})
    void theFactorIsThatOfTheInverse(int n) {
        float[] gram = gram(n);
        Curvature h = Curvature.of("w", gram, n, DAMP, new Parallel(2));
        DMatrixRMaj expected = inverse(damped(gram, n), 0);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double product = 0;
                for (int k = 0; k <= Math.min(i, j); k++) {
                    product += (double) h.upper()[k * n + i] * h.upper()[k * n + j];
                }
                assertEquals(expected.get(i, j), product, 1e-5 * Math.sqrt(expected.get(i, i) * expected.get(j, j)), n + " at " + i + "," + j);
            }
        }
        Matrix rows = Samples.subject(3, n, 1, COMPUTE).weights();
        Matrix solved = h.solve(rows, COMPUTE);
        for (int r = 0; r < 3; r++) {
            for (int j = 0; j < n; j++) {
                double v = 0;
                for (int k = 0; k < n; k++) {
                    v += rows.values()[r * n + k] * expected.get(k, j);
                }
                assertEquals(v, solved.values()[r * n + j], 1e-3 * (1 + Math.abs(v)));
            }
        }
    }

    @Test
    void statisticsThatAreNoGramMatrixAreRefusedInOneLine() {
        float[] impossible = {1, 5, 5, 1};
        UserError e = assertThrows(UserError.class, () -> Curvature.of("layer 3", impossible, 2, DAMP, Parallel.single()));
        assertTrue(e.getMessage().startsWith("layer 3: the calibration statistics are not positive definite"), e.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"unstructured,0.5,128", "unstructured,0.8,5", "2:4,0.5,128", "4x1,0.6,7", "1x3,0.7,9", "unstructured(scope=row),0.6,6"})
    void sparseGptIsObsColumnByColumn(String name, double sparsity, int block) {
        Pattern pattern = Parts.PATTERNS.make(name);
        Subject s = Samples.subject(9, 24, 17, COMPUTE);
        Task task = Samples.task(s, pattern, pattern.scope().orElse(Scope.LAYER), sparsity);
        Kept fast = new SparseGpt(block, DAMP).prune(task);
        Kept slow = slowSparseGpt(task, block);
        assertEquals(Arrays.toString(slow.live()), Arrays.toString(fast.live()));
        for (int i = 0; i < slow.live().length; i++) {
            assertEquals(slow.values().values()[i], fast.values().values()[i], 1e-4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"magnitude", "wanda", "sparsegpt"})
    void leastSquaresSolvesTheNormalEquationsOfEveryRow(String method) {
        Subject s = Samples.subject(11, 37, 23, COMPUTE);
        Task task = Samples.task(s, Blocks.unstructured(), Scope.LAYER, 0.6);
        Kept kept = Parts.METHODS.make(method).prune(task);
        Kept fitted = new LeastSquares(200, 1e-6).recover(task, kept);
        float[] gram = s.evidence().of(s.site(), Need.GRAM);
        assertTrue(error(s, fitted) < error(s, kept), error(s, fitted) + " after, " + error(s, kept) + " before");
        for (int r = 0; r < 11; r++) {
            int[] live = live(kept, r);
            if (live.length == 0) {
                continue;
            }
            DMatrixRMaj h = new DMatrixRMaj(live.length, live.length);
            DMatrixRMaj right = new DMatrixRMaj(live.length, 1);
            for (int i = 0; i < live.length; i++) {
                for (int j = 0; j < live.length; j++) {
                    h.set(i, j, gram[live[i] * 37 + live[j]]);
                }
                for (int k = 0; k < 37; k++) {
                    right.add(i, 0, gram[live[i] * 37 + k] * (double) s.weights().values()[r * 37 + k]);
                }
            }
            DMatrixRMaj x = new DMatrixRMaj(live.length, 1);
            assertTrue(CommonOps_DDRM.solve(h, right, x));
            for (int i = 0; i < live.length; i++) {
                assertEquals(x.get(i), fitted.values().values()[r * 37 + live[i]], 1e-2, method + " row " + r);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"unstructured,wanda", "unstructured,sparsegpt", "2:4,magnitude", "1x4,wanda"})
    void aMaskSwapBringsTheMeanOutputOfEveryRowNearer(String name, String method) {
        Pattern pattern = Parts.PATTERNS.make(name);
        Subject s = Samples.subject(40, 64, 31, COMPUTE);
        Task task = Samples.task(s, pattern, Scope.ROW, 0.5);
        Kept kept = Parts.METHODS.make(method).prune(task);
        Kept swapped = new MaskSwap(50, 0.1).recover(task, kept);
        float[] mean = s.evidence().of(s.site(), Need.INPUT_MEAN);
        double before = 0;
        double after = 0;
        for (int r = 0; r < 40; r++) {
            double b = lost(s, kept, swapped, mean, r, false);
            double a = lost(s, kept, swapped, mean, r, true);
            assertTrue(a <= b + 1e-5, "row " + r + ": " + b + " to " + a);
            before += b;
            after += a;
        }
        assertTrue(after < before / 2, before + " to " + after);
    }

    @Test
    void aMaskSwapRefusesBlocksOfOutputs() {
        UserError e = assertThrows(UserError.class, () -> Recipe.parse("4x1", "uniform", "wanda+dsnot", "50%"));
        assertTrue(e.getMessage().contains("--pattern 4x1"), e.getMessage());
    }

    /** |mean output that the dead weights would add|, in terms of the values that were kept. */
    private static double lost(Subject s, Kept kept, Kept swapped, float[] mean, int row, boolean after) {
        int n = mean.length;
        double sum = 0;
        for (int c = 0; c < n; c++) {
            double value = kept.live()[row * n + c] ? kept.values().values()[row * n + c] : s.weights().values()[row * n + c];
            sum += (after ? swapped : kept).live()[row * n + c] ? 0 : value * mean[c];
        }
        return Math.abs(sum);
    }

    /** One column at a time, with the inverse of what is left of H computed anew for each. */
    private static Kept slowSparseGpt(Task task, int block) {
        int rows = task.rows();
        int n = task.cols();
        double[][] h = damped(task.subject().evidence().of(task.subject().site(), Need.GRAM), n);
        double[][] w = new double[rows][n];
        boolean[] live = new boolean[rows * n];
        boolean[] dead = new boolean[n];
        for (int i = 0; i < rows * n; i++) {
            dead[i % n] = i % n % 11 == 10;
            w[i / n][i % n] = dead[i % n] ? 0 : task.subject().weights().values()[i];
        }
        int window = task.pattern().window(block);
        for (int left = 0; left < n; left += window) {
            int width = Math.min(n, left + window) - left;
            float[] scores = new float[rows * width];
            for (int j = left; j < left + width; j++) {
                double cost = inverse(h, j).get(0, 0);
                for (int r = 0; r < rows; r++) {
                    scores[r * width + j - left] = (float) (w[r][j] * w[r][j] / cost);
                }
            }
            boolean[] chosen = new boolean[scores.length];
            long[] keep = new long[task.keep().length];
            int unit = task.pattern().unitCols();
            for (int i = 0; i < keep.length; i++) {
                double share = task.keep()[i] / (double) Math.ceilDiv(n, unit);
                keep[i] = Math.round(share * Math.ceilDiv(left + width, unit)) - Math.round(share * (left / unit));
            }
            task.pattern().choose(scores, rows, width, keep, chosen);
            for (int j = left; j < left + width; j++) {
                DMatrixRMaj inverse = inverse(h, j);
                for (int r = 0; r < rows; r++) {
                    live[r * n + j] = chosen[r * width + j - left];
                    if (!live[r * n + j]) {
                        double e = w[r][j] / inverse.get(0, 0);
                        for (int k = j; k < n; k++) {
                            w[r][k] -= e * inverse.get(0, k - j);
                        }
                        w[r][j] = 0;
                    }
                }
            }
        }
        Matrix values = new Matrix(rows, n, new float[rows * n]);
        for (int i = 0; i < rows * n; i++) {
            values.values()[i] = (float) w[i / n][i % n];
        }
        return new Kept(values.keep(live), live);
    }

    private static double[][] damped(float[] gram, int n) {
        double mean = 0;
        int active = 0;
        for (int i = 0; i < n; i++) {
            mean += gram[i * n + i];
            active += gram[i * n + i] > 0 ? 1 : 0;
        }
        mean /= active;
        double[][] h = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                h[i][j] = gram[i * n + j] + (i == j ? DAMP * mean + (gram[i * n + i] > 0 ? 0 : mean) : 0);
            }
        }
        return h;
    }

    /** The inverse of the lower right part of h from {@code from}. */
    private static DMatrixRMaj inverse(double[][] h, int from) {
        int n = h.length - from;
        DMatrixRMaj m = new DMatrixRMaj(n, n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                m.set(i, j, h[from + i][from + j]);
            }
        }
        DMatrixRMaj inverse = new DMatrixRMaj(n, n);
        assertTrue(CommonOps_DDRM.invert(m, inverse));
        return inverse;
    }

    private static double error(Subject s, Kept kept) {
        return OutputError.relative(s.weights(), kept.values(), s.evidence().of(s.site(), Need.GRAM), COMPUTE);
    }

    private static int[] live(Kept kept, int row) {
        int n = kept.values().cols();
        return java.util.stream.IntStream.range(0, n).filter(c -> kept.live()[row * n + c] && c % 11 != 10).toArray();
    }

    private static float[] gram(int n) {
        Evidence e = Samples.evidence(Samples.inputs(n, 2 * n + 3, n));
        Site any = Samples.site(1, n);
        return e.of(any, Need.GRAM);
    }

    @Test
    void nOfMChoosesAmongWeightsThatAlreadyMadeUpForEarlierGroups() {
        Subject s = Samples.subject(6, 16, 2, COMPUTE);
        Task task = Samples.task(s, new NofM(2, 4), Scope.LAYER, 0.5);
        List<Kept> both = List.of(new SparseGpt(128, DAMP).prune(task), new SparseGpt(4, DAMP).prune(task));
        assertEquals(Arrays.toString(both.get(0).live()), Arrays.toString(both.get(1).live()));
        for (int i = 0; i < 96; i++) {
            assertEquals(both.get(0).values().values()[i], both.get(1).values().values()[i], 1e-5);
        }
    }
}
