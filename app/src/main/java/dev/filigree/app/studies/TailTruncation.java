package dev.filigree.app.studies;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Value;
import dev.filigree.tensor.Weight;
import dev.filigree.train.loss.Objective;
import java.util.ArrayList;
import java.util.List;

/**
 * How many inner units a model needs (Sparsing Law, Luo et al. 2024, arXiv:2411.02335): a unit counts as active where what it adds to its
 * block's output is larger than the block's threshold, {@code |h_j| |W_:j| > eps_l}. Thresholds are such that in every block the others
 * together are the same share of the output, the cumulative error of tail truncation {@code CETT = mean |sum_(dropped) h_j W_:j| / |W h|}, and that
 * share is found by bisection so that the perplexity rises by p per cent when the others are dropped (PPL-p% sparsity).
 */
final class TailTruncation {

    private static final int HALVINGS = 12;
    private static final int MOST_TOKENS = 192; // looked at for the thresholds

    private final Compute compute;
    private final Model model;
    private final Objective objective;
    private final List<Batch> batches;
    private final List<Inner> blocks = new ArrayList<>();

    /** The second product of one block: its weight by columns, their lengths, and units of some tokens. */
    private record Inner(float[][] columns, double[] lengths, List<float[]> units) {

        /** Mean share of the output that units at most this large make. */
        double error(double eps) {
            double sum = 0;
            for (float[] h : units) {
                double[] dropped = new double[columns[0].length];
                double[] all = new double[dropped.length];
                for (int j = 0; j < h.length; j++) {
                    boolean drops = Math.abs(h[j]) * lengths[j] <= eps;
                    for (int i = 0; h[j] != 0 && i < all.length; i++) {
                        double part = h[j] * columns[j][i];
                        all[i] += part;
                        dropped[i] += drops ? part : 0;
                    }
                }
                sum += norm(dropped) / Math.max(norm(all), 1e-12);
            }
            return sum / units.size();
        }

        double largest() {
            double most = 0;
            for (float[] h : units) {
                for (int j = 0; j < h.length; j++) {
                    most = Math.max(most, Math.abs(h[j]) * lengths[j]);
                }
            }
            return most;
        }

        /** The largest threshold whose error is at most this. */
        double threshold(double cett) {
            double low = 0;
            double high = largest();
            for (int i = 0; i < HALVINGS; i++) {
                double middle = (low + high) / 2;
                if (error(middle) <= cett) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }

    /** @param batches what thresholds are found on and perplexity is judged with */
    TailTruncation(Compute compute, Model model, Objective objective, List<Batch> batches) {
        this.compute = compute;
        this.model = model;
        this.objective = objective;
        this.batches = batches;
        for (Site s : model.sites().stream().filter(s -> s.role() == Role.FFN_OUT).toList()) {
            float[][] columns = columns(model.param(s).forward());
            double[] lengths = new double[columns.length];
            for (int j = 0; j < lengths.length; j++) {
                double squares = 0;
                for (float v : columns[j]) {
                    squares += v * v;
                }
                lengths[j] = Math.sqrt(squares);
            }
            blocks.add(new Inner(columns, lengths, new ArrayList<>()));
        }
        InnerUnits.judge(compute, model, objective, batches.subList(0, 1), InnerUnits.Rule.NONE, (block, units) -> {
            for (int t = 0; t < Math.min(MOST_TOKENS, units.tokens()); t++) {
                blocks.get(block).units.add(units.token(t));
            }
        });
    }

    private static float[][] columns(Weight w) {
        float[][] columns = new float[w.cols()][w.rows()];
        w.forEach((row, col, slot, v) -> columns[col][row] = v);
        return columns;
    }

    /** Units above thresholds whose error is this share of every block's output, and the loss without the others. */
    InnerUnits.Seen at(double cett) {
        double[] thresholds = blocks.stream().mapToDouble(b -> b.threshold(cett)).toArray();
        return InnerUnits.judge(compute, model, objective, batches, InnerUnits.Rule.NONE, (block, units) -> {
            double[] lengths = blocks.get(block).lengths;
            for (int t = 0; t < units.tokens(); t++) {
                for (int j = 0; j < lengths.length; j++) {
                    if (Math.abs(units.get(t, j)) * lengths[j] <= thresholds[block]) {
                        units.data().set(units.at(t, j), 0);
                    }
                }
            }
        });
    }

    /**
     * What is left where the perplexity rises by a share of itself.
     *
     * @param rise 0.01 for one per cent
     */
    InnerUnits.Seen atRise(double rise) {
        double limit = InnerUnits.judge(compute, model, objective, batches).loss() + Math.log1p(rise);
        double low = 0;
        double high = 1;
        InnerUnits.Seen best = at(0);
        for (int i = 0; i < 7; i++) {
            double middle = (low + high) / 2;
            InnerUnits.Seen seen = at(middle);
            if (seen.loss() <= limit) {
                low = middle;
                best = seen;
            } else {
                high = middle;
            }
        }
        return best;
    }

    private static double norm(double[] v) {
        double squares = 0;
        for (double x : v) {
            squares += x * x;
        }
        return Math.sqrt(squares);
    }
}
