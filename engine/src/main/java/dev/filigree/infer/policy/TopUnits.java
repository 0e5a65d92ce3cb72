package dev.filigree.infer.policy;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Role;
import dev.filigree.model.Site;
import dev.filigree.tensor.Weight;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Of the hidden units of each feed-forward net every token keeps the k largest (Li et al. 2022, arXiv:2210.06313). Nothing is found on text. */
record TopUnits(int k) implements Policy {

    static final Entry<Policy> ENTRY = Catalog.entry("topk", "Li et al. 2022, arXiv:2210.06313", "every token keeps the k largest hidden units of each feed-forward net",
            List.of(Option.of("k", 64, "hidden units that a token keeps")), s -> new TopUnits(s.integer("k")));

    TopUnits {
        if (k < 1) {
            throw new UserError("setting 'k' of topk: found " + k + ", expected at least 1");
        }
    }

    @Override
    public boolean needsText() {
        return false;
    }

    @Override
    public Map<String, Level> levels(Calibration text) {
        Map<String, Level> levels = new LinkedHashMap<>();
        Gates.sites(text.model()).stream().filter(s -> s.role() == Role.FFN_OUT).forEach(s -> {
            if (k > s.cols()) {
                throw new UserError("setting 'k' of topk: found " + k + ", expected at most the model's " + s.cols() + " hidden units");
            }
            levels.put(s.name(), new Level(1 - (double) k / s.cols(), 0, 0));
        });
        return levels;
    }

    @Override
    public Gate gate(Site site, Weight weight, Level level) {
        return Inputs.top(k, null);
    }
}
