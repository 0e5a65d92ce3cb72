package dev.filigree.infer.policy;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Svd;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * R-Sparse (Zhang et al. 2025, arXiv:2504.19449): {@code y = W_S x_S + U_r diag(s_r) V_r^T x_rest}. Inputs S with a high {@code |x_j| ||W_:,j||} are read as
 * they are, the others go through the r largest singular values of W. Of a budget of {@code (1 - sparsity)} of the weight a share a goes to inputs,
 * {@code in (1 - sparsity) a} of them, and the rest to the rank {@code in out (1 - sparsity)(1 - a) / (in + out)}. The share of each block is searched for by
 * evolution: the fitness is the loss on the calibration text. Singular values are found by {@link Svd}, whose time grows with the cube of the hidden size:
 * seconds for some hundred features, hours for thousands.
 *
 * @param channels share a of the budget, negative to search for it
 */
record RSparse(double sparsity, double channels, int population, int generations) implements Policy {

    static final Entry<Policy> ENTRY = Catalog.entry("r-sparse", "Zhang et al. 2025, arXiv:2504.19449", "large inputs are read, the others go through a product of low rank", List.of(
            Option.of("sparsity", "50%", "share of weights that is not read, what the product of low rank reads counted"),
            Option.of("channels", "search", "share of what is read that goes to inputs, the rest to rank; search: found for each block"),
            Option.of("population", 12, "candidates of a generation of the search"), Option.of("generations", 5, "generations")),
            s -> new RSparse(Inputs.share(s), s.text("channels").equals("search") ? -1 : s.share("channels"), s.integer("population"), s.integer("generations")));

    /** Shares that are tried: multiples of one over this. */
    private static final int GRID = 10;

    RSparse {
        if (population < 2 || generations < 1) {
            throw new UserError("r-sparse: found a population of " + population + " and " + generations + " generations, expected at least 2 and 1");
        }
    }

    @Override
    public Map<String, Level> levels(Calibration text) {
        Map<Site, Quantiles> scores = new LinkedHashMap<>();
        text.blocks(block -> {
            Map<Site, float[]> norms = new HashMap<>();
            block.sites().forEach(s -> norms.put(s, ColumnNorms.of(text.model().param(s).forward())));
            Map<Site, Quantiles> found = block.inputs(norms);
            block.sites().forEach(s -> scores.put(s, found.get(s)));
        });
        if (sparsity == 0) {
            return levels(scores, block -> 1);
        }
        return levels(scores, channels >= 0 ? block -> channels : searched(text, scores));
    }

    /** The shares that evolution finds; it begins with inputs alone, a half of each, and rank alone, the same in every block. */
    private Shares searched(Calibration text, Map<Site, Quantiles> scores) {
        Map<Site, Svd> svds = new HashMap<>();
        Map<Site, Weight> weights = new HashMap<>();
        scores.keySet().forEach(s -> weights.put(s, text.model().param(s).forward()));
        weights.forEach((s, w) -> svds.put(s, svd(w)));
        int blocks = text.model().blocks();
        List<int[]> first = IntStream.of(GRID, GRID * 4 / 5, GRID / 2, 0).mapToObj(share -> IntStream.generate(() -> share).limit(blocks).toArray()).toList();
        int[] best = new Evolution(blocks, GRID, population, generations).best(first, new Rng(1).split("r-sparse"), genes -> {
            Map<String, Level> levels = levels(scores, block -> (double) genes[block] / GRID);
            Map<String, Gate> gates = new HashMap<>();
            scores.keySet().forEach(s -> gates.put(s.name(), gate(weights.get(s), levels.get(s.name()), svds.get(s))));
            return text.loss(gates);
        });
        return block -> (double) best[block] / GRID;
    }

    /** A share of the budget for each block. */
    @FunctionalInterface
    private interface Shares {
        double of(int block);
    }

    private Map<String, Level> levels(Map<Site, Quantiles> scores, Shares shares) {
        Map<String, Level> levels = new LinkedHashMap<>();
        scores.forEach((site, q) -> {
            double share = shares.of(site.block());
            double kept = (1 - sparsity) * share;
            int rank = (int) ((double) site.cols() * site.rows() * (1 - sparsity) * (1 - share) / (site.cols() + site.rows()));
            levels.put(site.name(), new Level(1 - kept, q.at(1 - kept), rank));
        });
        return levels;
    }

    @Override
    public Gate gate(Site site, Weight weight, Level level) {
        return gate(weight, level, level.rank() == 0 ? null : svd(weight));
    }

    private static Gate gate(Weight weight, Level level, Svd svd) {
        Gate below = Inputs.below(level.threshold(), ColumnNorms.of(weight));
        Gate.Thin rest = level.rank() == 0 ? null : thin(svd, level.rank());
        return new Gate() {
            @Override
            public void close(float[] x) {
                below.close(x);
            }

            @Override
            public Thin rest() {
                return rest;
            }
        };
    }

    private static Svd svd(Weight w) {
        float[] dense = new float[Math.multiplyExact(w.rows(), w.cols())];
        w.forEach((row, col, slot, v) -> dense[row * w.cols() + col] = v);
        return Svd.of(dense, w.rows(), w.cols());
    }

    /** The r largest singular values, each half on either side. */
    private static Gate.Thin thin(Svd svd, int rank) {
        return new Gate.Thin(new Held("rank.in", pack(svd.v(), svd.s(), rank, true)), new Held("rank.out", pack(svd.u(), svd.s(), rank, false)));
    }

    private static Weight pack(double[][] vectors, double[] s, int rank, boolean across) {
        int n = vectors[0].length;
        Floats values = Floats.allocate(rank * n);
        for (int i = 0; i < rank; i++) {
            for (int j = 0; j < n; j++) {
                values.set(across ? i * n + j : j * rank + i, (float) (vectors[i][j] * Math.sqrt(s[i])));
            }
        }
        return Tiled.pack(Arena.ofAuto(), across ? Dense.of(rank, n, values) : Dense.of(n, rank, values));
    }
}
