package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Shapes.Shape;
import java.util.ArrayList;
import java.util.List;

/** Unstructured weights and a few tokens: too few to fill a panel, too many for one. */
final class NarrowFamily implements Family {

    private static final double[] GRID = {0.4, 0.5, 0.6, 0.8, 0.9, 0.95};
    private static final double BREAK_EVEN = 0.5;

    @Override
    public String name() {
        return "narrow";
    }

    @Override
    public String title() {
        return "Unstructured weights, 8 to 32 tokens";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Case> cases = new ArrayList<>();
        for (Shape s : quick ? Shapes.QUICK : Shapes.SOME) {
            for (int tokens : quick ? new int[] {8, 32} : new int[] {8, 16, 32}) {
                cases.add(new Case(s.model(), s.rows(), s.cols(), tokens, e -> UnstructuredFamily.enter(e, GRID)));
            }
        }
        return cases;
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        List<Figure> all = new ArrayList<>();
        for (int threads : threadCounts) {
            all.add(Figure.atLeast(name(), "over MKL CSR", threads, Figure.Unit.RATIO, 1, Ratios.overSparse(results, threads, m -> true)));
            all.add(Figure.atMost(name(), "break-even with native dense", threads, Figure.Unit.PERCENT, BREAK_EVEN,
                    Ratios.breakEven(results, threads, m -> true)).boundBy(Bounds.emptyLanes(results, threads)));
        }
        return all;
    }
}
