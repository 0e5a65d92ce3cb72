package dev.filigree.prune.recovery;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.calib.Need;
import dev.filigree.prune.Kept;
import dev.filigree.prune.Matrix;
import dev.filigree.prune.OutputError;
import dev.filigree.prune.Task;
import java.util.List;
import java.util.Set;

/**
 * Re-fits the values of the survivors of each row to the dense outputs, {@code min |X (w - w_dense)|^2 + damp |w - w_kept|^2},
 * by conjugate gradients on the Gram matrix with its diagonal as preconditioner; positions stay as they are.
 *
 * @param steps most steps for a row
 * @param damp  share of the mean diagonal that holds the values near those that the method left
 */
public record LeastSquares(int steps, double damp) implements Recovery {

    public static final Catalog.Entry<Recovery> ENTRY = Catalog.entry("least-squares", "",
            "re-fits the kept weights of each output to the dense outputs", List.of(
                    Option.of("steps", 30, "most steps of conjugate gradients"),
                    Option.of("damp", 0.003, "share of the mean diagonal that holds the values where they were")),
            s -> new LeastSquares(s.integer("steps"), s.number("damp")));

    private static final int ROWS = 4; // per task
    private static final double ENOUGH = 1e-5; // relative residual, squared

    public LeastSquares {
        if (steps < 1 || !(damp >= 0)) {
            throw new UserError("least-squares: found steps=" + steps + " and damp=" + damp + ", expected at least 1 and at least 0");
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
        double trace = 0;
        for (int i = 0; i < n; i++) {
            trace += gram[i * n + i];
        }
        float ridge = (float) (damp * trace / n);
        Matrix dense = task.subject().weights();
        Matrix fitted = kept.values().copy();
        task.subject().parallel().run(Math.ceilDiv(task.rows(), ROWS), t -> {
            for (int r = t * ROWS; r < Math.min(task.rows(), (t + 1) * ROWS); r++) {
                fit(gram, ridge, dense.values(), fitted.values(), kept.live(), r * n, n);
            }
        });
        return new Kept(fitted, kept.live());
    }

    /** Solves for the change of one row; everything outside the live positions stays zero. */
    private void fit(float[] gram, float ridge, float[] dense, float[] w, boolean[] live, int at, int n) {
        float[] residual = new float[n];
        float[] missing = new float[n];
        for (int i = 0; i < n; i++) {
            missing[i] = dense[at + i] - w[at + i];
        }
        OutputError.times(missing, 0, gram, n, residual);
        float[] direction = new float[n];
        float[] scaled = new float[n];
        float[] product = new float[n];
        double rz = precondition(residual, gram, ridge, live, at, n, scaled);
        double enough = rz * ENOUGH;
        System.arraycopy(scaled, 0, direction, 0, n);
        for (int step = 0; step < steps && rz > enough; step++) {
            OutputError.times(direction, 0, gram, n, product);
            double curvature = 0;
            for (int i = 0; i < n; i++) {
                product[i] += ridge * direction[i];
                curvature += (double) direction[i] * product[i];
            }
            if (!(curvature > 0)) {
                return;
            }
            float length = (float) (rz / curvature);
            for (int i = 0; i < n; i++) {
                w[at + i] += length * direction[i];
                residual[i] -= length * product[i];
            }
            double next = precondition(residual, gram, ridge, live, at, n, scaled);
            float turn = (float) (next / rz);
            for (int i = 0; i < n; i++) {
                direction[i] = scaled[i] + turn * direction[i];
            }
            rz = next;
        }
    }

    /** Writes the residual over the diagonal to {@code scaled}, zero where not live, and returns their product. */
    private static double precondition(float[] residual, float[] gram, float ridge, boolean[] live, int at, int n, float[] scaled) {
        double product = 0;
        for (int i = 0; i < n; i++) {
            float diagonal = gram[i * n + i] + ridge;
            scaled[i] = live[at + i] && diagonal > 0 ? residual[i] / diagonal : 0f;
            product += (double) residual[i] * scaled[i];
        }
        return product;
    }
}
