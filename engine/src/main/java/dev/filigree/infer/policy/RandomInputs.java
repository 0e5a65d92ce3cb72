package dev.filigree.infer.policy;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Rng;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Inputs that are drawn are not read, others for each token: what any policy must beat. The draw follows from the inputs themselves, so that it can be repeated. */
record RandomInputs(double sparsity) implements Policy {

    static final Entry<Policy> ENTRY = Catalog.entry("random-inputs", "", "inputs that are drawn are not read: the control of the others",
            List.of(Option.of("sparsity", "50%", "share of inputs that is not read")), s -> new RandomInputs(Inputs.share(s)));

    @Override
    public boolean needsText() {
        return false;
    }

    @Override
    public Map<String, Level> levels(Calibration text) {
        Map<String, Level> levels = new LinkedHashMap<>();
        Gates.sites(text.model()).forEach(s -> levels.put(s.name(), new Level(sparsity, 0, 0)));
        return levels;
    }

    @Override
    public Gate gate(Site site, Weight weight, Level level) {
        return x -> {
            int[] order = new Rng(Arrays.hashCode(x)).split(site.name()).permutation(x.length);
            for (int i = 0; i < Math.round(level.sparsity() * x.length); i++) {
                x[order[i]] = 0;
            }
        };
    }
}
