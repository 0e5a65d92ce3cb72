package dev.filigree.app.studies;

import dev.filigree.base.Rng;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Model;
import dev.filigree.ops.Batch;
import dev.filigree.ops.Held;
import dev.filigree.prune.Pruner;
import dev.filigree.prune.Recipe;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What a model is worth after it was pruned and before it is trained again. */
final class PrunedAtOnce {

    private PrunedAtOnce() {
    }

    /**
     * Looks at a pruned model and puts its weights back. They lie dense for that moment: what is asked is what they compute, not how fast.
     *
     * @param text for recipes that look at more than weights
     */
    static <R> R look(Compute compute, Model model, Recipe recipe, List<Batch> text, Rng rng, Supplier<R> look) {
        Map<Held, Weight> before = new LinkedHashMap<>();
        model.sites().forEach(s -> before.put(model.param(s), model.param(s).backward()));
        try (Arena arena = Arena.ofShared()) {
            new Pruner(compute, recipe, rng).prune(model, text, (site, live, values) -> model.param(site).set(Layout.TILED.pack(arena, live, values)), report -> { });
            return look.get();
        } finally {
            before.forEach(Held::set);
        }
    }
}
