package dev.filigree.infer.policy;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.util.List;
import java.util.Map;

/**
 * WINA (Chen et al. 2025, arXiv:2505.19427): inputs are ranked by {@code |x_j| ||W_:,j||}, what they can do to the outputs. Where the columns of W are
 * orthogonal, leaving out the lowest is the best that can be done, for then {@code ||W (x - x')||^2} is the sum of the squares of what was left out.
 * Columns are taken as they are: the paper's rotation of the residual stream, which makes those of two weights a block orthogonal, is not done.
 *
 * @param top whether every token keeps the same number of inputs, or those above a threshold found on text
 */
record Wina(double sparsity, Allocation allocation, boolean top) implements Policy {

    static final Entry<Policy> ENTRY = Catalog.entry("wina", "Chen et al. 2025, arXiv:2505.19427", "inputs are ranked by their size times the norm of their column", List.of(
            Option.of("sparsity", "50%", "share of weights that is not read"), Option.of("allocation", "greedy", "how a block's sparsity is shared among its weights: greedy or uniform"),
            Option.of("keep", "top", "top: as many inputs of every token; threshold: those above one")),
            s -> new Wina(s.share("sparsity"), Allocation.named(s.text("allocation")), top(s.text("keep"))));

    private static boolean top(String keep) {
        if (!keep.equals("top") && !keep.equals("threshold")) {
            throw new UserError("setting 'keep' of wina: found '" + keep + "', expected top or threshold");
        }
        return keep.equals("top");
    }

    @Override
    public Map<String, Level> levels(Calibration text) {
        return allocation.thresholds(text, sparsity, ColumnNorms::of, this::gate);
    }

    @Override
    public Gate gate(Site site, Weight weight, Level level) {
        return gate(level, ColumnNorms.of(weight));
    }

    private Gate gate(Level level, float[] norms) {
        return top ? Inputs.top((int) Math.round((1 - level.sparsity()) * norms.length), norms) : Inputs.below(level.threshold(), norms);
    }
}
