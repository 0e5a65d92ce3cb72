package dev.filigree.infer.policy;

import dev.filigree.base.Near;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** How the sparsity of a block is shared among its sites. */
enum Allocation {

    /** The same at each. */
    UNIFORM {
        @Override
        Map<Site, Double> of(List<Site> sites, double sparsity, ToDoubleFunction<Map<Site, Double>> error) {
            Map<Site, Double> same = new LinkedHashMap<>();
            sites.forEach(s -> same.put(s, sparsity));
            return same;
        }
    },

    /**
     * Step by step, each where it raises the error of the block's output least (Liu et al. 2024, arXiv:2408.14690): a step is {@value #STEP} of the
     * block's weights, so that a small weight rises faster.
     */
    GREEDY {
        @Override
        Map<Site, Double> of(List<Site> sites, double sparsity, ToDoubleFunction<Map<Site, Double>> error) {
            double all = sites.stream().mapToLong(Site::positions).sum();
            Map<Site, Double> now = UNIFORM.of(sites, 0, error);
            for (double mean = 0; mean < sparsity - 1e-9; ) {
                Map<Site, Double> best = null;
                double least = Double.POSITIVE_INFINITY;
                for (Site s : sites) {
                    double share = s.positions() / all;
                    double next = Math.min(MOST, now.get(s) + Math.min(STEP, sparsity - mean) / share);
                    if (next <= now.get(s)) {
                        continue; // it can give no more
                    }
                    Map<Site, Double> tried = new LinkedHashMap<>(now);
                    tried.put(s, next);
                    double e = error.applyAsDouble(tried);
                    if (best == null || e < least) {
                        best = tried;
                        least = e;
                    }
                }
                if (best == null) {
                    return UNIFORM.of(sites, sparsity, error); // a sparsity above what any may have
                }
                now = best;
                mean = now.entrySet().stream().mapToDouble(e -> e.getValue() * e.getKey().positions() / all).sum();
            }
            return now;
        }
    };

    /** Share of a block's weights that a step leaves out. */
    private static final double STEP = 0.025;
    /** No site loses more than this while others can. */
    private static final double MOST = 0.95;

    /** Sparsity of each site so that the share of weights left out is {@code sparsity}. */
    abstract Map<Site, Double> of(List<Site> sites, double sparsity, ToDoubleFunction<Map<Site, Double>> error);

    static Allocation named(String name) {
        for (Allocation a : values()) {
            if (a.name().equalsIgnoreCase(name)) {
                return a;
            }
        }
        throw new UserError("setting 'allocation': found '" + name + "'" + Near.hint(name, List.of("greedy", "uniform")) + ", expected greedy or uniform");
    }

    /** The gate of a site at a level, of scores {@code |x_j| c_j}. */
    @FunctionalInterface
    interface Gating {
        /** @param c null for 1 */
        Gate of(Level level, float[] c);
    }

    /**
     * Thresholds for all sites on scores {@code |x_j| c_j}.
     *
     * @param scales c of a weight, null for 1
     */
    Map<String, Level> thresholds(Calibration text, double sparsity, Function<Weight, float[]> scales, Gating gating) {
        Map<String, Level> levels = new LinkedHashMap<>();
        text.blocks(block -> {
            Map<Site, float[]> c = new HashMap<>();
            block.sites().forEach(s -> c.put(s, scales.apply(text.model().param(s).forward())));
            Map<Site, Quantiles> scores = block.inputs(c);
            Map<Site, Double> shares = of(block.sites(), sparsity, tried -> {
                Map<String, Gate> gates = new HashMap<>();
                tried.forEach((s, share) -> gates.put(s.name(), share == 0 ? Gate.OPEN : gating.of(scores.get(s).level(share), c.get(s))));
                return block.error(gates);
            });
            shares.forEach((s, share) -> levels.put(s.name(), scores.get(s).level(share)));
        });
        return levels;
    }
}
