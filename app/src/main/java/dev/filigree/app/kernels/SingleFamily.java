package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Shapes.Shape;
import dev.filigree.tensor.Layout;
import java.util.ArrayList;
import java.util.List;

/** One token, as in decoding: the limit is the bytes of the weight. */
final class SingleFamily implements Family {

    private static final double[] UNSTRUCTURED = {0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    private static final double[] FEW = {0.4, 0.5, 0.8};
    private static final double[] BLOCKS = {0.5, 0.8, 0.9};
    private static final int[] HEIGHTS = {4, 8, 16};
    private static final double SHARE_OF_BYTE_LIMIT = 0.9;
    private static final double BREAK_EVEN = 0.4;

    @Override
    public String name() {
        return "single";
    }

    @Override
    public String title() {
        return "One token";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Case> cases = new ArrayList<>();
        for (Shape s : quick ? Shapes.LLAMA.subList(0, 1) : List.of(Shapes.BERT.get(1), Shapes.LLAMA.get(0), Shapes.LLAMA.get(2))) {
            cases.add(new Case(s.model(), s.rows(), s.cols(), 1, e -> enter(e, quick ? FEW : UNSTRUCTURED)));
        }
        return cases;
    }

    private static void enter(Entrants e, double[] grid) {
        e.nativeDense().oursAndLimit("dense", 0, Mask.unstructured(0), Layout.TILED);
        for (double sparsity : grid) {
            e.ours("csr " + Ratios.percent(sparsity), sparsity, Mask.unstructured(sparsity), Layout.CSR).nativeSparse(sparsity);
        }
        for (int height : HEIGHTS) {
            for (double sparsity : BLOCKS) {
                e.oursAndLimit(height + "x1 " + Ratios.percent(sparsity), sparsity, Mask.blocks(height, sparsity), Layout.blocks(height));
            }
        }
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        List<Figure> all = new ArrayList<>();
        for (int threads : threadCounts) {
            all.add(Figure.atLeast(name(), "blocks fp32: share of the byte limit", threads, Figure.Unit.RATIO, SHARE_OF_BYTE_LIMIT,
                    Ratios.scores(results, threads, m -> m.name().contains("x1 "), (c, m) -> c.limit(m).map(m::over).orElse(Double.NaN))));
            all.add(Figure.atMost(name(), "unstructured: break-even with native dense", threads, Figure.Unit.PERCENT, BREAK_EVEN,
                    Ratios.breakEven(results, threads, m -> m.role() == Role.OURS && m.name().startsWith("csr"))));
        }
        return all;
    }
}
