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
 * by conjugate gradients on the live part of the Gram matrix with its diagonal as preconditioner; positions stay.
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
    private static final double ENOUGH = 1e-6; // squared residual, relative to the first

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
        Matrix fitted = kept.values().copy();
        Matrix residual = OutputError.residual(task.subject().weights(), fitted, gram, task.subject().compute());
        task.subject().compute().parallel().run(Math.ceilDiv(task.rows(), ROWS), t -> {
            for (int r = t * ROWS; r < Math.min(task.rows(), (t + 1) * ROWS); r++) {
                fit(gram, ridge, residual.values(), fitted.values(), kept.live(), r * n, n);
            }
        });
        return new Kept(fitted, kept.live());
    }

    /** Solves for the change of one row that takes the residual at its live positions away, and adds it. */
    private void fit(float[] gram, float ridge, float[] residuals, float[] w, boolean[] live, int at, int n) {
        int[] column = new int[n];
        int m = 0;
        for (int c = 0; c < n; c++) {
            if (live[at + c] && gram[c * n + c] > 0) {
                column[m++] = c;
            }
        }
        float[] h = new float[m * m];
        float[] residual = new float[m];
        for (int i = 0; i < m; i++) {
            residual[i] = residuals[at + column[i]];
            for (int j = 0; j < m; j++) {
                h[i * m + j] = gram[column[i] * n + column[j]];
            }
            h[i * m + i] += ridge;
        }
        float[] change = solve(h, residual, m);
        for (int i = 0; i < m; i++) {
            w[at + column[i]] += change[i];
        }
    }

    /** About {@code h^-1 residual}; overwrites the residual with what is left of it. */
    private float[] solve(float[] h, float[] residual, int m) {
        float[] x = new float[m];
        float[] scaled = new float[m];
        float[] product = new float[m];
        double rz = precondition(h, residual, scaled, m);
        double enough = rz * ENOUGH;
        float[] direction = scaled.clone();
        for (int step = 0; step < steps && rz > enough; step++) {
            multiply(h, direction, product, m);
            double curvature = 0;
            for (int i = 0; i < m; i++) {
                curvature += (double) direction[i] * product[i];
            }
            if (!(curvature > 0)) {
                break; // single precision is exhausted
            }
            float length = (float) (rz / curvature);
            for (int i = 0; i < m; i++) {
                x[i] += length * direction[i];
                residual[i] -= length * product[i];
            }
            double next = precondition(h, residual, scaled, m);
            float turn = (float) (next / rz);
            for (int i = 0; i < m; i++) {
                direction[i] = scaled[i] + turn * direction[i];
            }
            rz = next;
        }
        return x;
    }

    /** Writes the residual over the diagonal to {@code scaled} and returns their product. */
    private static double precondition(float[] h, float[] residual, float[] scaled, int m) {
        double product = 0;
        for (int i = 0; i < m; i++) {
            scaled[i] = residual[i] / h[i * m + i];
            product += (double) residual[i] * scaled[i];
        }
        return product;
    }

    /** {@code out = h v} for symmetric h, four rows at a time. */
    private static void multiply(float[] h, float[] v, float[] out, int m) {
        java.util.Arrays.fill(out, 0f);
        int k = 0;
        for (; k + 4 <= m; k += 4) {
            addFour(h, k * m, m, v[k], v[k + 1], v[k + 2], v[k + 3], out);
        }
        for (; k < m; k++) {
            for (int j = 0; j < m; j++) {
                out[j] += v[k] * h[k * m + j];
            }
        }
    }

    private static void addFour(float[] h, int at, int m, float f0, float f1, float f2, float f3, float[] out) {
        for (int j = 0; j < m; j++) {
            out[j] += f0 * h[at + j] + f1 * h[at + m + j] + (f2 * h[at + 2 * m + j] + f3 * h[at + 3 * m + j]);
        }
    }
}
