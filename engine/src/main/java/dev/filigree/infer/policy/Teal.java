package dev.filigree.infer.policy;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.util.List;
import java.util.Map;

/**
 * TEAL (Liu et al. 2024, arXiv:2408.14690): inputs with {@code |x_j| < t} are not read, where t is the quantile of {@code |x|} over calibration text,
 * and sparsity is shared among the weights of a block greedily by the error of its output.
 */
record Teal(double sparsity, Allocation allocation) implements Policy {

    static final Entry<Policy> ENTRY = Catalog.entry("teal", "Liu et al. 2024, arXiv:2408.14690", "inputs that are small are not read: thresholds from text", List.of(
            Option.of("sparsity", "50%", "share of weights that is not read"), Option.of("allocation", "greedy", "how a block's sparsity is shared among its weights: greedy or uniform")),
            s -> new Teal(Inputs.share(s), Allocation.named(s.text("allocation"))));

    @Override
    public Map<String, Level> levels(Calibration text) {
        return allocation.thresholds(text, sparsity, weight -> null, (level, c) -> Inputs.below(level.threshold(), null));
    }

    @Override
    public Gate gate(Site site, Weight weight, Level level) {
        return Inputs.below(level.threshold(), null);
    }
}
