package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Shapes.Shape;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.CodedGroup;
import dev.filigree.tensor.Layout;
import java.util.ArrayList;
import java.util.List;

/** Groups of sixteen inputs in 4 bits, one token: beside dense weights of the same shape in 32, 16 and 8 bits. */
final class NibbleFamily implements Family {

    private static final double[] GRID = {0.3, 0.5, 0.7};
    private static final double[] QUICK = {0.5};
    /** The sparsity whose speed over dense 8 bits is a figure. */
    private static final double JUDGED = 0.5;
    private static final String DENSE_INT8 = "dense int8";
    private static final String NIBBLES = "1x16 int4 ";

    @Override
    public String name() {
        return "nibbles";
    }

    @Override
    public String title() {
        return "Groups of 16 in 4 bits, one token";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Case> cases = new ArrayList<>();
        for (Shape s : quick ? Shapes.TINY_LLAMA.subList(0, 1) : Shapes.TINY_LLAMA) {
            cases.add(new Case(s.model(), s.rows(), s.cols(), 1, e -> enter(e, quick ? QUICK : GRID)));
        }
        return cases;
    }

    private static void enter(Entrants e, double[] grid) {
        Mask all = Mask.unstructured(0);
        e.ours("dense", 0, all, Layout.TILED).ours("dense bf16", 0, all, Layout.columns(Coded.Type.BF16)).oursAndLimit(DENSE_INT8, 0, all, Layout.columns(Coded.Type.INT8));
        for (double sparsity : grid) {
            e.oursAndLimit(NIBBLES + Ratios.percent(sparsity), sparsity, Mask.groups(CodedGroup.SIZE, sparsity), Layout.CODED_GROUPS);
        }
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        List<Figure> all = new ArrayList<>();
        for (int threads : threadCounts) {
            all.add(Figure.atLeast(name(), Ratios.percent(JUDGED) + " sparse in 4 bits over our dense int8", threads, Figure.Unit.RATIO, 1,
                    Ratios.scores(results, threads, m -> m.name().startsWith(NIBBLES) && m.sparsity() == JUDGED,
                            (c, m) -> c.of(Role.OURS, threads).filter(dense -> dense.name().equals(DENSE_INT8)).findFirst().map(m::over).orElse(Double.NaN)))
                    .boundBy(Bounds.groups(results, threads, m -> m.name().startsWith(NIBBLES), CodedGroup.SIZE)));
        }
        return all;
    }
}
