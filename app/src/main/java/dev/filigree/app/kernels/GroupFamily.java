package dev.filigree.app.kernels;

import dev.filigree.app.kernels.Shapes.Shape;
import dev.filigree.tensor.Layout;
import java.util.ArrayList;
import java.util.List;

/** N of every M consecutive inputs. */
final class GroupFamily implements Family {

    @Override
    public String name() {
        return "groups";
    }

    @Override
    public String title() {
        return "Groups 2:4 and 1:4";
    }

    @Override
    public List<Case> cases(boolean quick) {
        List<Case> cases = new ArrayList<>();
        for (Shape s : quick ? Shapes.QUICK : Shapes.SOME) {
            for (int tokens : quick ? new int[] {128} : new int[] {16, 256}) {
                cases.add(new Case(s.model(), s.rows(), s.cols(), tokens, e -> e.nativeDense()
                        .ours("2:4", 0.5, Mask.nOfM(2, 4), Layout.nOfM(2, 4)).ours("1:4", 0.75, Mask.nOfM(1, 4), Layout.nOfM(1, 4))));
            }
        }
        return cases;
    }

    /** None was set: the pattern serves other processors. */
    @Override
    public List<Figure> figures(List<CaseResult> results, List<Integer> threadCounts) {
        return List.of();
    }
}
