package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Shapes.Shape;
import dev.filigree.tensor.Layout;
import java.util.ArrayList;
import java.util.List;

/** Blocks of rows that share their columns, and groups of neighbouring columns of one row, 16 tokens or more. */
final class BlockFamily implements Family {

    private static final int[] HEIGHTS = {4, 8};
    private static final int GROUP = 8;
    private static final double[] GRID = {0.5, 0.8, 0.9, 0.95};
    private static final double SHARE = 0.9;
    /** Native dense products reach about 1/1.16 of the multiply-adds that the registers allow; blocks can use them all. */
    private static final double LIMIT = 1.16;

    @Override
    public String name() {
        return "blocks";
    }

    @Override
    public String title() {
        return "Blocks 4x1 and 8x1, groups 1x8";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Case> cases = new ArrayList<>();
        for (Shape s : quick ? Shapes.QUICK : Shapes.SOME) {
            for (int tokens : quick ? new int[] {128} : new int[] {16, 64, 256}) {
                cases.add(new Case(s.model(), s.rows(), s.cols(), tokens, BlockFamily::enter));
            }
        }
        return cases;
    }

    private static void enter(Entrants e) {
        e.nativeDense();
        for (double sparsity : GRID) {
            for (int height : HEIGHTS) {
                e.ours(label(height) + " " + Ratios.percent(sparsity), sparsity, Mask.blocks(height, sparsity), Layout.blocks(height));
            }
            e.ours("1x" + GROUP + " " + Ratios.percent(sparsity), sparsity, Mask.groups(GROUP, sparsity), Layout.groups(GROUP));
        }
    }

    private static String label(int height) {
        return height + "x1";
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        List<Figure> all = new ArrayList<>();
        for (int threads : threadCounts) {
            for (int height : HEIGHTS) {
                all.add(Figure.atLeast(name(), label(height) + ": share of 1.16/(1-s) over native dense", threads, Figure.Unit.RATIO, SHARE,
                        Ratios.scores(results, threads, m -> m.name().startsWith(label(height)),
                                (c, m) -> c.dense(threads).map(m::over).orElse(Double.NaN) * (1 - m.sparsity()) / LIMIT))
                        .boundBy(Bounds.multiplyAdds(results, threads, m -> m.name().startsWith(label(height)), SHARE * LIMIT)));
            }
        }
        return all;
    }
}
