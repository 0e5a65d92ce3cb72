package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Shapes.Shape;
import dev.filigree.tensor.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Unstructured weights and 64 tokens or more. */
final class UnstructuredFamily implements Family {

    private static final double[] GRID = {0.2, 0.3, 0.4, 0.5, 0.8, 0.9, 0.95};
    private static final double BREAK_EVEN = 0.3;
    private static final Map<Double, Double> AIMS = new TreeMap<>(Map.of(0.8, 3.3, 0.9, 5.5, 0.95, 9.5));

    @Override
    public String name() {
        return "unstructured";
    }

    @Override
    public String title() {
        return "Unstructured weights, 64 tokens or more";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Case> cases = new ArrayList<>();
        for (Shape s : quick ? Shapes.QUICK : Shapes.SOME) {
            for (int tokens : quick ? new int[] {128} : new int[] {64, 256}) {
                cases.add(new Case(s.model(), s.rows(), s.cols(), tokens, e -> enter(e, GRID)));
            }
        }
        return cases;
    }

    /** Ours and MKL's at every sparsity of a grid. */
    static void enter(Entrants e, double[] grid) {
        e.nativeDense();
        for (double sparsity : grid) {
            e.ours("csr " + Ratios.percent(sparsity), sparsity, Mask.unstructured(sparsity), Layout.CSR);
            if (sparsity >= 0.5) { // below, it is far behind dense
                e.nativeSparse(sparsity);
            }
        }
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        List<Figure> all = new ArrayList<>();
        for (int threads : threadCounts) {
            all.add(Figure.atMost(name(), "break-even with native dense", threads, Figure.Unit.PERCENT, BREAK_EVEN,
                    Ratios.breakEven(results, threads, m -> true)));
            AIMS.forEach((sparsity, aim) -> all.add(Figure.atLeast(name(), Ratios.percent(sparsity) + " over native dense", threads, Figure.Unit.RATIO, aim,
                    Ratios.overDense(results, threads, Ratios.at(sparsity)))));
        }
        return all;
    }
}
