package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Contestant.Role;
import dev.filigree.app.kernels.Shapes.Shape;
import dev.filigree.tensor.Layout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Our dense product against native ones: what every other ratio rests on. */
final class DenseFamily implements Family {

    static final double SHARE = 0.97;

    @Override
    public String name() {
        return "dense";
    }

    @Override
    public String title() {
        return "Dense product";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Shape> shapes = quick ? List.of(Shapes.MINILM.get(0), Shapes.LLAMA.get(0))
                : Stream.of(Shapes.MINILM, Shapes.BERT, Shapes.LLAMA).flatMap(List::stream).toList();
        List<Case> cases = new ArrayList<>();
        for (Shape s : shapes) {
            for (int tokens : quick ? new int[] {16, 128} : new int[] {16, 32, 64, 128, 256, 512}) {
                cases.add(new Case(s.model(), s.rows(), s.cols(), tokens,
                        e -> e.ours("dense", 0, Mask.unstructured(0), Layout.TILED).nativeDense().nativeTorch().nativeBf16()));
            }
        }
        return cases;
    }

    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        return threadCounts.stream().map(t -> Figure.atLeast(name(), "dense over the best native dense", t, Figure.Unit.RATIO, SHARE,
                Ratios.overDense(results, t, m -> m.role() == Role.OURS)).boundBy(Bounds.bestRounds(results, t, SHARE))).toList();
    }
}
