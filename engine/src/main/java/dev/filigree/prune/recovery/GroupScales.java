package dev.filigree.prune.recovery;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.calib.Need;
import dev.filigree.kernel.CodedGroup;
import dev.filigree.prune.Kept;
import dev.filigree.prune.Matrix;
import dev.filigree.prune.OutputError;
import dev.filigree.prune.Task;
import dev.filigree.tensor.Grid;
import java.util.List;
import java.util.Set;

/**
 * Re-fits one number for each group of 16 inputs of an output, its scale, to the dense outputs: with {@code d_g} the kept weights of group g, of all groups of a row together
 * {@code min_f |X (sum_g f_g d_g - w_dense)|^2 + damp sum_g H_gg (f_g - 1)^2}, {@code H_gh = d_g^T X^T X d_h}, which is a system of as many equations as the row has groups.
 * Weights that lie on the steps of a {@link Grid} stay on steps, for the new scale is rounded as the old one was. This is what GQSA (Zeng et al. 2024, arXiv:2412.17560)
 * does by gradients, block by block, to scales and zeros; here layer by layer, exactly, and zeros stay.
 *
 * @param damp how much scales are held where they were, relative to what each does to the outputs
 */
public record GroupScales(double damp) implements Recovery {

    public static final Catalog.Entry<Recovery> ENTRY = Catalog.entry("group-scales", "Zeng et al. 2024, arXiv:2412.17560",
            "re-fits the scale of each sixteen of inputs to the dense outputs; steps of 4 bits stay steps",
            List.of(Option.of("damp", 0.01, "how much scales are held where they were")), s -> new GroupScales(s.number("damp")));

    private static final int ROWS = 4; // per task
    private static final int SIZE = CodedGroup.SIZE;

    public GroupScales {
        if (!(damp > 0)) {
            throw new UserError("group-scales: found damp=" + damp + ", expected more than 0");
        }
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.GRAM);
    }

    @Override
    public Kept recover(Task task, Kept kept) {
        float[] gram = task.subject().evidence().of(task.subject().site(), Need.GRAM);
        int n = task.cols();
        Matrix fitted = kept.values().copy();
        Matrix residual = OutputError.residual(task.subject().weights(), fitted, gram, task.subject().compute());
        task.subject().compute().parallel().run(Math.ceilDiv(task.rows(), ROWS), t -> {
            for (int r = t * ROWS; r < Math.min(task.rows(), (t + 1) * ROWS); r++) {
                fit(gram, residual.values(), fitted.values(), r * n, n);
            }
        });
        return new Kept(fitted, kept.live());
    }

    /** Solves for the changes of one row's factors, and applies them. */
    private void fit(float[] gram, float[] residual, float[] w, int at, int n) {
        int groups = Math.ceilDiv(n, SIZE);
        double[][] h = new double[groups][groups];
        double[] right = new double[groups];
        for (int i = 0; i < n; i++) {
            if (w[at + i] != 0) {
                right[i / SIZE] += (double) w[at + i] * residual[at + i];
                for (int j = 0; j < n; j++) {
                    h[i / SIZE][j / SIZE] += (double) w[at + i] * gram[i * n + j] * w[at + j];
                }
            }
        }
        for (int g = 0; g < groups; g++) {
            h[g][g] = h[g][g] > 0 ? h[g][g] * (1 + damp) : 1; // a group of zeros, or of inputs that are never active, stays
        }
        solve(h, right);
        for (int g = 0; g < groups; g++) {
            if (right[g] != 0) {
                stretch(w, at + g * SIZE, at + Math.min(n, (g + 1) * SIZE), 1 + right[g]);
            }
        }
    }

    /** Cholesky's factor in the lower half of {@code h}, then the solution in the place of the right side. */
    private static void solve(double[][] h, double[] right) {
        int n = right.length;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = h[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= h[i][k] * h[j][k];
                }
                h[i][j] = i == j ? Math.sqrt(sum) : sum / h[j][j];
            }
        }
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++) {
                right[i] -= h[i][k] * right[k];
            }
            right[i] /= h[i][i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++) {
                right[i] -= h[k][i] * right[k];
            }
            right[i] /= h[i][i];
        }
    }

    /** Multiplies a group; what lies on steps lies on steps of the new scale. */
    private static void stretch(float[] w, int from, int to, double factor) {
        Grid grid = Grid.of(w, from, to);
        boolean steps = true;
        for (int i = from; i < to; i++) {
            steps &= grid.value(grid.code(w[i])) == w[i];
        }
        double by = steps ? Math.copySign(Grid.scale((float) (grid.scale() * Math.abs(factor))) / (double) grid.scale(), factor) : factor;
        for (int i = from; i < to; i++) {
            w[i] = (float) (w[i] * by) + 0f; // no negative zero where a factor is negative
        }
    }
}
