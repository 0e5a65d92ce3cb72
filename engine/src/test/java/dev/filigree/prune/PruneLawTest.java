package dev.filigree.prune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.prune.method.Method;
import dev.filigree.prune.pattern.Blocks;
import dev.filigree.prune.pattern.NofM;
import dev.filigree.prune.pattern.Pattern;
import dev.filigree.prune.recovery.Recovery;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws over everything that the catalog lists for pruning. */
class PruneLawTest {

    private static final int[][] SHAPES = {{1, 1}, {1, 8}, {7, 1}, {13, 17}, {33, 131}, {5, 136}, {48, 64}};
    private static final double[] SPARSITIES = {0, 0.37, 0.8, 0.999};
    private static final Compute COMPUTE = new Compute(Kernels.scalar(), new Parallel(2));

    static List<Pattern> patterns() {
        List<Pattern> all = new ArrayList<>();
        for (Entry<Pattern> e : Parts.PATTERNS.entries()) {
            all.add(e.make());
        }
        for (String s : List.of("unstructured(scope=row)", "unstructured(scope=layer)", "1:4", "4:8", "2:8", "8x1", "16x1(scope=row)", "1x3", "1x16(scope=layer)")) {
            all.add(Parts.PATTERNS.make(s));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void countsAreExactSurvivorsAreFiniteAndPackingLosesNothing(Pattern pattern) {
        for (int[] shape : SHAPES) {
            if (pattern instanceof NofM p && shape[1] % p.m() != 0) {
                assertThrows(UserError.class, () -> pattern.cells(Samples.site(shape[0], shape[1]), Scope.LAYER));
                continue;
            }
            Subject subject = Samples.subject(shape[0], shape[1], 3, COMPUTE);
            for (double sparsity : SPARSITIES) {
                for (Entry<Method> e : Parts.METHODS.entries()) {
                    Method method = e.make();
                    Task task = Samples.task(subject, pattern, pattern.scope().orElse(method.scope()), sparsity);
                    String what = pattern.name() + " " + e.name() + " [" + shape[0] + " x " + shape[1] + "] at " + sparsity;
                    check(method.prune(task), task, what);
                    for (Entry<Recovery> r : Parts.RECOVERIES.entries()) {
                        Recovery recovery = r.make();
                        if (pattern.unitRows() == 1 || !r.name().equals("dsnot")) {
                            check(recovery.recover(task, method.prune(task)), task, what + " " + r.name());
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void equalScoresKeepTheLowerIndex(Pattern pattern) {
        float[] scores = new float[6 * 16];
        boolean[] live = new boolean[scores.length];
        List<Cell> cells = pattern.cells(Samples.site(6, 16), pattern.scope().orElse(Scope.LAYER));
        long[] keep = cells.stream().mapToLong(c -> c.units() / 3).toArray();
        pattern.choose(scores, 6, 16, keep, live);
        boolean[] expected = new boolean[scores.length];
        int across = Math.ceilDiv(16, pattern.unitCols());
        for (int i = 0; i < scores.length; i++) {
            int unit = i / 16 / pattern.unitRows() * across + i % 16 / pattern.unitCols();
            Cell first = cells.getFirst();
            expected[i] = pattern instanceof NofM p ? i % p.m() < p.n() : unit % first.units() < first.units() / 3;
        }
        assertArrayEquals(expected, live, pattern.name());
    }

    @Test
    void theSameSeedGivesTheSameBitsForAnyNumberOfThreads() {
        List<Kept> one = everything(new Compute(Kernels.scalar(), new Parallel(1)));
        for (int threads = 2; threads <= 3; threads++) {
            List<Kept> more = everything(new Compute(Kernels.scalar(), new Parallel(threads)));
            for (int i = 0; i < one.size(); i++) {
                assertArrayEquals(one.get(i).live(), more.get(i).live());
                assertArrayEquals(one.get(i).values().values(), more.get(i).values().values());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unstructured", "1x4", "4x1"})
    void aMethodKeepsTheBestByItsCriterion(String name) {
        Subject subject = Samples.subject(12, 20, 9, COMPUTE);
        Task task = Samples.task(subject, Parts.PATTERNS.make(name), Scope.LAYER, 0.5);
        boolean[] live = Parts.METHODS.make("magnitude").prune(task).live();
        float[] units = task.pattern().unitScores(Parts.CRITERIA.make("magnitude").score(subject), 12, 20);
        int across = Math.ceilDiv(20, task.pattern().unitCols());
        float worstKept = Float.POSITIVE_INFINITY;
        float bestGone = 0;
        for (int i = 0; i < live.length; i++) {
            float score = units[i / 20 / task.pattern().unitRows() * across + i % 20 / task.pattern().unitCols()];
            worstKept = live[i] ? Math.min(worstKept, score) : worstKept;
            bestGone = live[i] ? bestGone : Math.max(bestGone, score);
        }
        assertTrue(worstKept > bestGone, worstKept + " kept, " + bestGone + " gone");
    }

    private static List<Kept> everything(Compute compute) {
        Subject subject = Samples.subject(37, 72, 4, compute);
        List<Kept> all = new ArrayList<>();
        for (Entry<Method> e : Parts.METHODS.entries()) {
            for (String pattern : List.of("unstructured", "2:4", "4x1")) {
                Method method = e.make();
                Task task = Samples.task(subject, Parts.PATTERNS.make(pattern), method.scope(), pattern.equals("2:4") ? 0.5 : 0.7);
                Kept kept = method.prune(task);
                all.add(kept);
                for (Entry<Recovery> r : Parts.RECOVERIES.entries()) {
                    if (!pattern.equals("4x1") || !r.name().equals("dsnot")) {
                        all.add(r.make().recover(task, kept));
                    }
                }
            }
        }
        return all;
    }

    private static void check(Kept kept, Task task, String what) {
        int cols = task.cols();
        int rowUnit = task.pattern().unitRows();
        int colUnit = task.pattern().unitCols();
        int across = Math.ceilDiv(cols, colUnit);
        int units = across * Math.ceilDiv(task.rows(), rowUnit);
        long[] found = new long[task.keep().length];
        for (int i = 0; i < kept.live().length; i++) {
            int r = i / cols;
            int c = i % cols;
            boolean corner = r % rowUnit == 0 && c % colUnit == 0;
            int cell = (r / rowUnit * across + c / colUnit) / Math.max(1, units / found.length);
            found[cell] += corner && kept.live()[i] ? 1 : 0;
            assertEquals(kept.live()[r / rowUnit * rowUnit * cols + c / colUnit * colUnit], kept.live()[i], what + ": a unit was cut");
            assertTrue(Float.isFinite(kept.values().values()[i]), what);
            assertTrue(kept.live()[i] || kept.values().values()[i] == 0f, what + ": a dead weight has a value");
        }
        assertArrayEquals(task.keep(), found, what);
        Topology live = kept.topology();
        Floats values = kept.canonical(live);
        for (Layout layout : List.of(task.pattern().layout(), task.pattern().trainingLayout())) {
            Weight packed = layout.pack(Arena.ofAuto(), live, values);
            assertEquals(live.count(), packed.nonZeros(), what);
            assertArrayEquals(kept.values().values(), Matrix.of("packed", packed).values(), what);
        }
    }

    @Test
    void blocksLieOnAGrid() {
        boolean[] live = new boolean[5 * 3];
        float[] scores = {1, 0, 9, 1, 0, 9, 1, 5, 0, 1, 5, 0, 7, 0, 0};
        Blocks.of(2, 1).choose(scores, 5, 3, new long[] {3}, live);
        assertArrayEquals(new boolean[] {false, false, true, false, false, true, false, true, false, false, true, false, true, false, false}, live);
    }
}
