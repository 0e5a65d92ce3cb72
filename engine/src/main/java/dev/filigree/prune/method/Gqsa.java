package dev.filigree.prune.method;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.kernel.CodedGroup;
import dev.filigree.prune.Curvature;
import dev.filigree.prune.Kept;
import dev.filigree.prune.Matrix;
import dev.filigree.prune.Subject;
import dev.filigree.prune.Task;
import dev.filigree.prune.criterion.Obs;
import dev.filigree.tensor.Grid;
import java.util.List;

/**
 * GQSA (Zeng et al. 2024, arXiv:2412.17560): groups of 16 inputs of one output are kept by their mean saliency {@code w^2 / U_jj^2} (see {@link Obs}), and what is kept is rounded
 * to 4 bits, with a scale and a zero for each group ({@link Grid}). Where the paper then trains a block to mend what that costs, here group by group the later weights of the row make up for it, as in {@link SparseGpt}:
 * {@code w_k -= (w_j - q_j) / U_jj U_jk} for k > j, where q is zero in groups that go. With {@code --pattern 1x16} and {@code --store int4} these very
 * steps are stored; other patterns are rounded too, and stored otherwise.
 *
 * @param damp share of the mean diagonal added to the Gram matrix
 */
public record Gqsa(double damp) implements Compensating {

    public static final Catalog.Entry<Method> ENTRY = Catalog.entry("gqsa", "Zeng et al. 2024, arXiv:2412.17560",
            "keeps by the same cost and rounds sixteens of inputs to 4 bits, the later weights make up for both; for --pattern 1x16 --store int4",
            List.of(Option.of("damp", 0.01, "share of the mean diagonal added to the Gram matrix")), s -> new Gqsa(s.number("damp")));

    public Gqsa {
        Compensating.checkDamp("gqsa", damp);
    }

    @Override
    public Kept prune(Task task) {
        Subject s = task.subject();
        int cols = task.cols();
        Curvature h = curvature(s);
        boolean[] live = new boolean[task.rows() * cols];
        task.pattern().choose(h.costs(s.weights()), task.rows(), cols, task.keep(), live); // the score of Obs
        Matrix w = s.weights().copy();
        Compensating.eachRow(s.compute().parallel(), task.rows(), r -> round(h, w.values(), r * cols, cols, live));
        return new Kept(w, live);
    }

    /** Settles the groups of one row from left to right. */
    private static void round(Curvature h, float[] v, int at, int cols, boolean[] live) {
        float[] u = h.upper();
        for (int from = 0; from < cols; from += CodedGroup.SIZE) {
            int to = Math.min(cols, from + CodedGroup.SIZE);
            float[] settled = new float[to - from];
            for (int j = from; j < to; j++) {
                settled[j - from] = live[at + j] && !h.dead(j) ? v[at + j] : 0f;
            }
            Grid grid = Grid.of(settled, 0, settled.length); // zero is one of its steps
            for (int j = 0; j < settled.length; j++) {
                settled[j] = grid.value(grid.code(settled[j]));
            }
            for (int j = from; j < to; j++) {
                float e = h.dead(j) ? 0f : (v[at + j] - settled[j - from]) / u[j * cols + j];
                for (int k = j + 1; k < cols; k++) {
                    v[at + k] -= e * u[j * cols + k];
                }
                v[at + j] = settled[j - from];
            }
        }
    }
}
