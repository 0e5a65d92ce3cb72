package dev.filigree.prune.method;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Parallel;
import dev.filigree.base.UserError;
import dev.filigree.prune.Curvature;
import dev.filigree.prune.Kept;
import dev.filigree.prune.Matrix;
import dev.filigree.prune.Subject;
import dev.filigree.prune.Task;
import java.util.List;

/**
 * SparseGPT (Frantar and Alistarh 2023, arXiv:2301.00774): walks over the columns; in each window of columns the cheapest
 * weights by {@link Curvature#cost} go, and what each took with it is spread over the later weights of its row.
 *
 * @param block columns whose survivors are chosen together (N:M patterns choose inside each group)
 * @param damp  share of the mean diagonal added to the Gram matrix
 */
public record SparseGpt(int block, double damp) implements Compensating {

    public static final Catalog.Entry<Method> ENTRY = Catalog.entry("sparsegpt", "Frantar and Alistarh 2023, arXiv:2301.00774",
            "removes the cheapest weights column by column, the later weights make up for each", List.of(
                    Option.of("block", 128, "columns whose survivors are chosen together"),
                    Option.of("damp", 0.01, "share of the mean diagonal added to the Gram matrix")),
            s -> new SparseGpt(s.integer("block"), s.number("damp")));

    public SparseGpt {
        if (block < 1) {
            throw new UserError("setting 'block' of sparsegpt: found " + block + ", expected at least 1");
        }
        Compensating.checkDamp("sparsegpt", damp);
    }

    @Override
    public Kept prune(Task task) {
        Subject s = task.subject();
        int cols = task.cols();
        Curvature h = curvature(s);
        Matrix w = s.weights().copy();
        for (int i = 0; i < w.values().length; i++) {
            w.values()[i] = h.dead(i % cols) ? 0f : w.values()[i];
        }
        boolean[] live = new boolean[w.values().length];
        int window = task.pattern().window(block);
        int outer = Math.max(window, block / window * window); // columns between two updates of everything to the right
        for (int from = 0; from < cols; from += outer) {
            columns(task, h, w, from, Math.min(cols, from + outer), window, live);
        }
        return new Kept(w.keep(live), live);
    }

    /** Settles the columns {@code from .. to} and makes up for what they lose in the columns after them. */
    private static void columns(Task task, Curvature h, Matrix w, int from, int to, int window, boolean[] live) {
        Parallel parallel = task.subject().compute().parallel();
        float[] errors = new float[task.rows() * (to - from)];
        for (int left = from; left < to; left += window) {
            int first = left;
            int right = Math.min(to, left + window);
            choose(task, h, w, left, right, live);
            Compensating.eachRow(parallel, task.rows(), r -> compensate(h, w, r, first, right, to, live, errors, r * (to - from) - from));
        }
        Compensating.eachRow(parallel, task.rows(), r -> spread(h, w, r, errors, r * (to - from), from, to));
    }

    /** Marks the survivors among the columns {@code left .. right}. */
    private static void choose(Task task, Curvature h, Matrix w, int left, int right, boolean[] live) {
        int width = right - left;
        float[] scores = new float[task.rows() * width];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = h.cost(w.values()[i / width * w.cols() + left + i % width], left + i % width);
        }
        boolean[] chosen = new boolean[scores.length];
        task.pattern().choose(scores, task.rows(), width, share(task, left, right), chosen);
        for (int r = 0; r < task.rows(); r++) {
            System.arraycopy(chosen, r * width, live, r * w.cols() + left, width);
        }
    }

    /** What part of each cell's survivors falls into a window: rounded cumulatively, so that the windows add up exactly. */
    private static long[] share(Task task, int left, int right) {
        long[] keep = new long[task.keep().length];
        for (int i = 0; i < keep.length; i++) {
            keep[i] = upTo(task, i, right) - upTo(task, i, left);
        }
        return keep;
    }

    private static long upTo(Task task, int cell, int column) {
        int step = task.pattern().unitCols();
        return Math.round(task.keep()[cell] * (double) Math.ceilDiv(column, step) / Math.ceilDiv(task.cols(), step));
    }

    /** Removes the dead weights of one row and window, makes up for each up to column {@code to} and records the errors. */
    private static void compensate(Curvature h, Matrix w, int row, int left, int right, int to, boolean[] live, float[] errors, int errorBase) {
        float[] v = w.values();
        float[] u = h.upper();
        int n = w.cols();
        int base = row * n;
        for (int j = left; j < right; j++) {
            if (live[base + j]) {
                continue;
            }
            float e = v[base + j] / u[j * n + j];
            errors[errorBase + j] = e;
            v[base + j] = 0f;
            subtract(v, base, u, j * n, e, j + 1, to);
        }
    }

    private static void subtract(float[] v, int base, float[] u, int row, float e, int from, int to) {
        for (int c = from; c < to; c++) {
            v[base + c] -= e * u[row + c];
        }
    }

    /** Makes up for the recorded errors of one row in all columns past {@code to}. */
    private static void spread(Curvature h, Matrix w, int row, float[] errors, int errorBase, int from, int to) {
        int n = w.cols();
        int[] at = new int[to - from];
        int count = 0;
        for (int j = 0; j < to - from; j++) {
            if (errors[errorBase + j] != 0f) {
                at[count++] = j;
            }
        }
        int i = 0;
        for (; i + 4 <= count; i += 4) {
            subtractFour(w.values(), row * n, h.upper(), n, from, to, errors, errorBase, at[i], at[i + 1], at[i + 2], at[i + 3]);
        }
        for (; i < count; i++) {
            subtract(w.values(), row * n, h.upper(), (from + at[i]) * n, errors[errorBase + at[i]], to, n);
        }
    }

    private static void subtractFour(float[] v, int base, float[] u, int n, int from, int to, float[] errors, int errorBase, int a, int b, int c, int d) {
        float ea = errors[errorBase + a];
        float eb = errors[errorBase + b];
        float ec = errors[errorBase + c];
        float ed = errors[errorBase + d];
        int ua = (from + a) * n;
        int ub = (from + b) * n;
        int uc = (from + c) * n;
        int ud = (from + d) * n;
        for (int i = to; i < n; i++) {
            v[base + i] -= ea * u[ua + i] + eb * u[ub + i] + (ec * u[uc + i] + ed * u[ud + i]);
        }
    }
}
