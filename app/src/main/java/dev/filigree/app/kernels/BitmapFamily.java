package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Shapes.Shape;
import dev.filigree.tensor.Layout;
import java.util.ArrayList;
import java.util.List;

/** Unstructured weights behind one bit a position: the smallest index, at a price in time. */
final class BitmapFamily implements Family {

    private static final double[] GRID = {0.5, 0.7, 0.8};

    @Override
    public String name() {
        return "bitmap";
    }

    @Override
    public String title() {
        return "Bitmap";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Case> cases = new ArrayList<>();
        for (Shape s : quick ? Shapes.QUICK : Shapes.SOME) {
            for (int tokens : quick ? new int[] {128} : new int[] {16, 256}) {
                cases.add(new Case(s.model(), s.rows(), s.cols(), tokens, BitmapFamily::enter));
            }
        }
        return cases;
    }

    private static void enter(Entrants e) {
        e.nativeDense();
        for (double sparsity : GRID) {
            e.ours("bitmap " + Ratios.percent(sparsity), sparsity, Mask.unstructured(sparsity), Layout.BITMAP).nativeSparse(sparsity);
        }
    }

    /** None was set: what the layout saves is bytes. */
    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        return List.of();
    }
}
