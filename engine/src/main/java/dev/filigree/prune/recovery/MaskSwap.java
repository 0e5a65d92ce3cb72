package dev.filigree.prune.recovery;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.calib.Need;
import dev.filigree.prune.Kept;
import dev.filigree.prune.Matrix;
import dev.filigree.prune.Task;
import dev.filigree.prune.pattern.Pattern;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Dynamic Sparse no Training (Zhang et al. 2023, arXiv:2310.08915): in each row swaps a dead weight against a live one as
 * long as that brings the mean output of the row nearer to the dense one; values stay as they are.
 *
 * <p>The released code stops at an error of 0.1 per sequence of 2048 tokens; errors here are per token, and the threshold
 * is scaled with them, so that short calibration sentences do not stop it at once.
 *
 * @param cycles    most swaps in a row
 * @param threshold error of a sequence of 2048 tokens at which a row is left alone
 */
public record MaskSwap(int cycles, double threshold) implements Recovery {

    public static final Catalog.Entry<Recovery> ENTRY = Catalog.entry("dsnot", "Zhang et al. 2023, arXiv:2310.08915",
            "swaps dead against live weights until each output's mean is restored", List.of(
                    Option.of("cycles", 50, "most swaps in a row"),
                    Option.of("threshold", 0.1, "error over a sequence of 2048 tokens at which a row is left alone")),
            s -> new MaskSwap(s.integer("cycles"), s.number("threshold")));

    private static final double REFERENCE_TOKENS = 2048;
    private static final int ROWS = 8; // per task

    public MaskSwap {
        if (cycles < 0 || !(threshold >= 0)) {
            throw new UserError("dsnot: found cycles=" + cycles + " and threshold=" + threshold + ", expected at least 0");
        }
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.INPUT_MEAN, Need.INPUT_NORM, Need.INPUT_VARIANCE);
    }

    @Override
    public void check(Pattern pattern) {
        if (pattern.unitRows() > 1) {
            throw new UserError("dsnot swaps weights inside one output: found --pattern " + pattern.name()
                    + ", expected unstructured, N:M or 1xG; leave dsnot out");
        }
    }

    @Override
    public Kept recover(Task task, Kept kept) {
        float[] mean = evidence(task, Need.INPUT_MEAN);
        float[] norm = evidence(task, Need.INPUT_NORM);
        float[] variance = evidence(task, Need.INPUT_VARIANCE);
        boolean[] live = kept.live().clone();
        Matrix dense = task.subject().weights();
        Matrix values = kept.values().copy();
        int n = task.cols();
        task.subject().compute().parallel().run(Math.ceilDiv(task.rows(), ROWS), t -> {
            for (int r = t * ROWS; r < Math.min(task.rows(), (t + 1) * ROWS); r++) {
                float[] row = Arrays.copyOfRange(dense.values(), r * n, (r + 1) * n);
                for (int c = 0; c < n; c++) {
                    row[c] = live[r * n + c] ? values.values()[r * n + c] : row[c]; // a method may have changed what it kept
                }
                new Row(task.pattern(), row, mean, norm, variance, live, r * n).swap();
                for (int c = 0; c < n; c++) {
                    values.values()[r * n + c] = live[r * n + c] ? row[c] : 0f;
                }
            }
        });
        return new Kept(values, live);
    }

    private static float[] evidence(Task task, Need need) {
        return task.subject().evidence().of(task.subject().site(), need);
    }

    /** The units of one row: single weights or groups. */
    private final class Row {

        private final int unitCols;
        private final int groupUnits; // a swap stays inside so many units
        private final boolean[] live;
        private final int at;
        private final int n;
        private final double[] share; // of each unit in the mean output
        private final long[] growOrder; // dead units by their share over their variance, ascending
        private final long[] pruneOrder; // live units by weight times norm, ascending
        private double error; // mean output that the dead units would add

        Row(Pattern pattern, float[] row, float[] mean, float[] norm, float[] variance, boolean[] live, int at) {
            this.unitCols = pattern.unitCols();
            this.n = row.length;
            this.live = live;
            this.at = at;
            int units = Math.ceilDiv(n, unitCols);
            this.groupUnits = pattern.groupCols().isPresent() ? pattern.groupCols().getAsInt() / unitCols : units;
            this.share = new double[units];
            long[] grow = new long[units];
            long[] prune = new long[units];
            int dead = 0;
            int alive = 0;
            for (int u = 0; u < units; u++) {
                double strength = 0;
                double spread = 0;
                for (int c = u * unitCols; c < Math.min(n, (u + 1) * unitCols); c++) {
                    share[u] += (double) row[c] * mean[c];
                    strength += Math.abs((double) row[c] * norm[c]);
                    spread += variance[c];
                }
                if (live[at + u * unitCols]) {
                    prune[alive++] = key((float) strength, u);
                } else {
                    grow[dead++] = key((float) (share[u] / Math.max(spread, Float.MIN_NORMAL)), u);
                    error += share[u];
                }
            }
            growOrder = Arrays.copyOf(grow, dead);
            pruneOrder = Arrays.copyOf(prune, alive);
            Arrays.sort(growOrder);
            Arrays.sort(pruneOrder);
        }

        /** Swaps until the error is small, nothing brings it nearer to zero, or the cycles are used up. */
        void swap() {
            double enough = threshold / REFERENCE_TOKENS;
            boolean[] moved = new boolean[share.length];
            int low = 0;
            int high = growOrder.length - 1;
            for (int cycle = 0; cycle < cycles && Math.abs(error) > enough && low <= high; cycle++) {
                int grown = unit(growOrder[error > 0 ? high-- : low++]);
                int pruned = victim(grown, moved);
                if (pruned < 0) {
                    continue;
                }
                double next = error - share[grown] + share[pruned];
                if (Math.abs(next) >= Math.abs(error)) {
                    continue;
                }
                error = next;
                moved[pruned] = true;
                set(grown, true);
                set(pruned, false);
            }
        }

        /** The weakest live unit, in the group of {@code grown}, whose loss moves the error toward zero; -1 when there is none. */
        private int victim(int grown, boolean[] moved) {
            for (long k : pruneOrder) {
                int u = unit(k);
                if (!moved[u] && u / groupUnits == grown / groupUnits && (error > 0 ? share[u] < 0 : share[u] > 0)) {
                    return u;
                }
            }
            return -1;
        }

        private void set(int unit, boolean alive) {
            Arrays.fill(live, at + unit * unitCols, at + Math.min(n, (unit + 1) * unitCols), alive);
        }

        /** Sorts like {@code value}, ties by index. */
        private static long key(float value, int unit) {
            int bits = Float.floatToIntBits(value);
            return (long) (bits < 0 ? bits ^ Integer.MAX_VALUE : bits) << 32 | unit;
        }

        private static int unit(long key) {
            return (int) key;
        }
    }
}
