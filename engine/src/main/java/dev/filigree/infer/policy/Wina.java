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
 * Unless it is to rotate, columns are taken as they are; {@link OrthogonalColumns} makes the model in which those of two weights a block are orthogonal.
 *
 * @param top whether every token keeps the same number of inputs, or those above a threshold found on text, which serves tokens that need more at the cost of
 *            those that need less
 * @param turned whether the model is turned to orthogonal columns first
 */
record Wina(double sparsity, Allocation allocation, boolean top, boolean turned) implements Policy {

    static final Entry<Policy> ENTRY = Catalog.entry("wina", "Chen et al. 2025, arXiv:2505.19427", "inputs are ranked by their size times the norm of their column", List.of(
            Option.of("sparsity", "50%", "share of weights that is not read"), Option.of("allocation", "greedy", "how a block's sparsity is shared among its weights: greedy or uniform"),
            Option.of("keep", "threshold", "threshold: inputs above one that is found on text; top: as many of every token"),
            Option.of("rotate", false, "whether columns are made orthogonal first, at the price of two matrices a block that are read whole")),
            s -> new Wina(Inputs.share(s), Allocation.named(s.text("allocation")), top(s.text("keep")), s.flag("rotate")));

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
