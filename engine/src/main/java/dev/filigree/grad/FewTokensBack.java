package dev.filigree.grad;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Csr;

/**
 * Back through {@code y = W x} for a few tokens, each in a panel of its own: {@code dx} and {@code dW} in one pass over the
 * entries, and no transposed copy. A task owns the columns of one chunk in a range of rows; the ranges are cut by shape,
 * and their shares of dx are added in order, so that bits do not depend on threads.
 */
record FewTokensBack(Csr w, Value dy, Value x) {

    /** Tasks that are wanted at least. */
    private static final int TASKS = 12;
    private static final int RANGE = 1 << 14;

    /** Overwrites {@code dx} and adds to {@code gradient}. */
    void run(Round round, Value dx, Floats gradient) {
        Compute compute = round.compute();
        int chunks = w.chunks();
        int groups = Math.min(w.rows(), Math.ceilDiv(TASKS, chunks));
        int tokens = x.panels();
        int all = dx.data().length();
        Value others = groups == 1 ? null : round.takeParts(all, groups - 1);
        compute.parallel().run(chunks * groups, task -> {
            int group = task % groups;
            Floats part = group == 0 ? dx.data() : others.data().slice((group - 1) * all, all);
            compute.kernels().fewTokens().back(w.start(), w.column(), w.values(), w.chunk(), w.rows(), w.cols(), dy.data(), x.data(), part, gradient, tokens,
                    task / groups, row(group, groups), row(group + 1, groups));
        });
        if (others != null) {
            compute.parallel().run(Math.ceilDiv(all, RANGE), range -> {
                int from = range * RANGE;
                int to = Math.min(all, from + RANGE);
                for (int g = 1; g < groups; g++) {
                    compute.kernels().elementwise().add(dx.data(), others.data().slice((g - 1) * all, all), dx.data(), from, to);
                }
            });
            round.free(others);
        }
    }

    private int row(int group, int groups) {
        return (int) ((long) w.rows() * group / groups);
    }
}
