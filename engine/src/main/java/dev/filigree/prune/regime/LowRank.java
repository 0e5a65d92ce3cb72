package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.Parts;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.schedule.Cubic;
import dev.filigree.train.Hook;
import java.util.List;
import java.util.Map;

/**
 * Parameter-efficient sparsity for tuning a trained network: weights W stay, and what is learned is a change of low rank and a score
 * of low rank. The trained weight is {@code W' = W + U V}; of each weight live the positions of the highest
 * {@code S = |W'| + A B + R 1^T + 1 C^T}, chosen anew as sparsity rises along a cubic curve. The gradient g of the loss at what products
 * see goes straight through the choice, so {@code dS = g W'} (elementwise), which {@code A, B, R, C} and, through |W'|, U and V learn from:
 * {@code dW' = m g + sign(W') dS}. These few numbers move by Adam with a rate of their own, which follows the run's; weights and biases of
 * the sites stay. The run ends with the live entries of W'.
 *
 * @param rank of both products; {@code 2 rank (rows + cols) + rows + cols} numbers of a weight are trained
 * @param rate peak learning rate of what is learned
 */
public record LowRank(Allocation allocation, Cubic density, int rank, double rate, int every) implements Regime {

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("pst", "Li et al. 2022, arXiv:2205.11005",
            "a trained network's weights move by low rank alone, and scores of low rank say which of them live",
            List.of(Option.of("allocation", "uniform", "how survivors are spread over layers"), Option.of("rank", 8, "of the change and of the scores"),
                    Option.of("rate", 2e-3, "peak learning rate of both"), Option.of("every", 1, "steps from one choice of positions to the next"),
                    Option.of("until", 0.6, "share of the steps after which the target is reached"), Option.of("times", 20, "how often sparsity rises")),
            s -> new LowRank(Parts.ALLOCATIONS.make(s.text("allocation")), new Cubic(0, s.number("until"), s.integer("times")), s.integer("rank"), s.number("rate"), s.integer("every")));

    public LowRank {
        Regimes.byShape(allocation);
        if (rank < 1 || every < 1 || !(rate > 0 && rate < Double.MAX_VALUE)) {
            throw new UserError("method pst: found rank=" + rank + ", rate=" + rate + ", every=" + every + "; expected a rank and steps of at least 1 and a rate above 0");
        }
    }

    /** Numbers that are trained for some weights. */
    public long trained(List<Site> sites) {
        return sites.stream().mapToLong(s -> (2L * rank + 1) * (s.rows() + s.cols())).sum();
    }

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_SCORES;
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        return Regimes.allOf(sites, allocation, sparsity);
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of(new LowRankSearch(this, sites, sparsity));
    }

    @Override
    public Regime with(Allocation other) {
        return new LowRank(other, density, rank, rate, every);
    }
}
