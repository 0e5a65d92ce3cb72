package dev.filigree.app.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Figure.Score;
import dev.filigree.app.kernels.Figure.Unit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is computed from measured times. */
class FigureTest {

    private static Measured measured(String name, Role role, int threads, double sparsity, double... seconds) {
        return new Measured(name, role, threads, sparsity, 1, 1, seconds, 0.5, 0, "");
    }

    private static CaseResult result(Measured... measured) {
        return new CaseResult("dense", "X 1x1", 1, 1, 64, List.of(measured), Map.of());
    }

    @Test
    void theWorstPlaceDecides() {
        Figure least = Figure.atLeast("f", "w", 1, Unit.RATIO, 2, List.of(new Score("a", 3), new Score("b", 1.5), new Score("c", Double.NaN)));
        assertEquals("b", least.worst().orElseThrow().where());
        assertEquals(1, least.met());
        assertFalse(least.reached());
        Figure most = Figure.atMost("f", "w", 1, Unit.PERCENT, 0.3, List.of(new Score("a", 0.1), new Score("b", 0.3)));
        assertEquals("b", most.worst().orElseThrow().where());
        assertTrue(most.reached());
    }

    @Test
    void whatWasNotMeasuredIsNotReached() {
        assertFalse(Figure.atLeast("f", "w", 1, Unit.RATIO, 0, List.of(new Score("a", Double.NaN))).reached());
    }

    @Test
    void ratiosAreTakenRoundByRoundAgainstTheFastestNative() {
        Measured ours = measured("csr 80 %", Role.OURS, 1, 0.8, 1, 2, 1);
        CaseResult c = result(ours, measured("slow", Role.NATIVE, 1, 0, 9, 9, 9), measured("fast", Role.NATIVE, 1, 0, 4, 8, 3),
                measured("two threads", Role.NATIVE, 2, 0, 1, 1, 1), measured("sparse", Role.NATIVE_SPARSE, 1, 0.8, 2, 4, 2),
                measured("sparse", Role.NATIVE_SPARSE, 1, 0.9, 1, 1, 1));
        assertEquals(List.of(new Score("X 1x1, 64 tokens, csr 80 %", 4)), Ratios.overDense(List.of(c), 1, Ratios.at(0.8)));
        assertEquals(List.of(new Score("X 1x1, 64 tokens, csr 80 %", 2)), Ratios.overSparse(List.of(c), 1, Ratios.at(0.8)));
        assertEquals(List.of(), Ratios.overDense(List.of(c), 1, Ratios.at(0.9)));
        assertEquals(3, ours.overAtBest(c.dense(1).orElseThrow()));
    }

    @Test
    void breakEvenIsFoundCaseByCase() {
        CaseResult c = result(measured("csr 30 %", Role.OURS, 1, 0.3, 1.25), measured("csr 50 %", Role.OURS, 1, 0.5, 1 / 1.2),
                measured("n", Role.NATIVE, 1, 0, 1));
        assertEquals(0.4, Ratios.breakEven(List.of(c), 1, m -> true).getFirst().value(), 1e-12);
    }

    @Test
    void aFaultyContestantCountsForNothing() {
        Measured wrong = new Measured("csr 80 %", Role.OURS, 1, 0.8, 1, 1, new double[] {1}, 0.5, 1, "wrong result: x");
        CaseResult c = result(wrong, measured("n", Role.NATIVE, 1, 0, 4));
        assertEquals(List.of(), Ratios.overDense(List.of(c), 1, m -> true));
        assertEquals(Double.NaN, wrong.over(c.measured().getLast()));
    }

    @Test
    void threadsAreComparedWithinACaseByWhatLimitsThem() {
        Roof roof = new Roof(Map.of(1, 1e9, 2, 2e9), Map.of(1, new java.util.TreeMap<>(Map.of(1L, 1e9)), 2, new java.util.TreeMap<>(Map.of(1L, 1.5e9))));
        Measured busy = new Measured("a", Role.OURS, 1, 0, 1e6, 1, new double[] {2}, 0.5, 0, "");
        Measured both = new Measured("a", Role.OURS, 2, 0, 1e6, 1, new double[] {1}, 0.5, 0, "");
        Measured hungry = new Measured("b", Role.OURS, 1, 0, 1, 1e6, new double[] {3}, 0.5, 0, "");
        Measured fed = new Measured("b", Role.OURS, 2, 0, 1, 1e6, new double[] {2}, 0.5, 0, "");
        List<Figure> figures = Scaling.figures(List.of(result(busy, both, hungry, fed)), List.of(1, 2), roof);
        assertEquals(List.of(2.0), figures.getFirst().scores().stream().map(Score::value).toList());
        assertEquals(1.85, figures.getFirst().aim());
        assertEquals(1.0, figures.getLast().scores().getFirst().value(), 1e-12);
        assertEquals(List.of(), Scaling.figures(List.of(result(busy)), List.of(1), roof));
    }

    @Test
    void aCeilingThatTwoThreadsHardlyRaiseIsDoubted() {
        assertTrue(new Roof(Map.of(1, 1e9, 2, 1.1e9), Map.of()).doubt().orElseThrow().startsWith("2 threads reached only 1.10x"));
        assertTrue(new Roof(Map.of(1, 1e9, 2, 1.9e9), Map.of()).doubt().isEmpty());
        assertTrue(new Roof(Map.of(1, 1e9), Map.of()).doubt().isEmpty());
    }

    @Test
    void aFigureThatIsMissedSaysWhatStandsInTheWayInNumbersOfTheRun() {
        CaseResult c = result(measured("4x1 80 %", Role.OURS, 1, 0.8, 1, 4, 4), measured("n", Role.NATIVE, 1, 0, 2, 4, 2));
        assertTrue(Bounds.bestRounds(List.of(c), 1, 0.97).startsWith("at their best rounds 1 of 1 reach it, the worst 2.00x"), "each at its best");
        assertTrue(Bounds.multiplyAdds(List.of(c), 1, m -> true, 1.5).contains("use 50 % of the multiply-adds that the registers allow, so 1.50x of them would be 75 %"));
        assertTrue(Bounds.steps(List.of(new CaseResult("single", "X", 1000, 1000, 1, List.of(measured("4x1 fp32 80 %", Role.OURS, 1, 0.8, 50e-6)), Map.of())), 1, m -> true)
                .contains("1000 blocks in a microsecond"), "50,000 blocks in 50 us");
        assertTrue(Bounds.shortWork(List.of(new Bounds.Split(20e-6, 15e-6, false), new Bounds.Split(200e-6, 101e-6, true)), 2)
                .contains("20 us on one thread at the median, those that meet it 200; waking, waiting and the larger part of the work take 5.0 us"));
        CaseResult eight = new CaseResult("narrow", "X", 1, 1, 8, List.of(measured("csr 80 %", Role.OURS, 1, 0.8, 0.9)), Map.of());
        CaseResult sixteen = new CaseResult("narrow", "X", 1, 1, 16, List.of(measured("csr 80 %", Role.OURS, 1, 0.8, 1)), Map.of());
        assertTrue(Bounds.emptyLanes(List.of(eight, sixteen), 1).startsWith("8 tokens take 0.90x the time of 16"));
        assertTrue(Bounds.skipped(List.of(new CaseResult("single", "X", 1, 1, 1, List.of(new Measured("all", Role.OURS, 1, 0, 1, 4e9, new double[] {1}, 1, 0, ""),
                new Measured("half", Role.OURS, 1, 0, 1, 4e9, new double[] {0.8}, 1, 0, "")), Map.of())), 1, "all", "half").contains("read at 4 GB/s, with half of them, in runs with gaps, at 3 GB/s"));
    }
}
