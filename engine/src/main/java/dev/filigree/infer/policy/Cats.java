package dev.filigree.infer.policy;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * CATS (Lee et al. 2024, arXiv:2404.08763): hidden units of the feed-forward net with {@code |act(gate x)| < t} are off, t the quantile over text.
 * The gate is computed whole, and attention too. Saved are the columns of the weight behind the units; rows of the one beside the gate
 * ({@code up}) could be saved as well, which this does not do, and does not count: weights lie by columns here, and of a column every row is read.
 */
record Cats(double sparsity) implements Policy {

    static final Entry<Policy> ENTRY = Catalog.entry("cats", "Lee et al. 2024, arXiv:2404.08763", "hidden units of the feed-forward net whose gate is small are off",
            List.of(Option.of("sparsity", "50%", "share of hidden units that is off")), s -> new Cats(Inputs.share(s)));

    @Override
    public Map<String, Level> levels(Calibration text) {
        Map<String, Level> levels = new LinkedHashMap<>();
        text.blocks(block -> {
            Site gate = block.sites().stream().filter(s -> s.role() == Role.FFN_GATE)
                    .findFirst().orElseGet(() -> block.sites().stream().filter(s -> s.role() == Role.FFN_IN).findFirst().orElseThrow());
            levels.put(gate.name(), new Level(sparsity, block.outputs(gate).at(sparsity), 0));
        });
        return levels;
    }

    @Override
    public Gate gate(Site site, Weight weight, Level level) {
        Gate below = Inputs.below(level.threshold(), null);
        return new Gate() {
            @Override
            public void close(float[] y) {
                below.close(y);
            }

            @Override
            public boolean outputs() {
                return true;
            }
        };
    }
}
