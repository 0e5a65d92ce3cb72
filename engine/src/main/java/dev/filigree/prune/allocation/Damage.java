package dev.filigree.prune.allocation;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.prune.Cell;
import dev.filigree.prune.criterion.Criterion;
import dev.filigree.prune.method.Method;
import java.util.List;
import java.util.Optional;

/**
 * Like {@link RelativeError}, with the error of each layer weighed by what it does to the result of the whole model: each
 * layer alone is pruned once as a trial.
 */
public record Damage(RelativeError error) implements Allocation {

    public static final Catalog.Entry<Allocation> ENTRY = Catalog.entry("damage", "", "spares the layers whose errors do most to the model's result", List.of(
            Option.of("low", 0.4, "least density of a layer, as a share of the density asked for"),
            Option.of("high", 2.5, "largest density of a layer, as a multiple of the density asked for")),
            s -> new Damage(new RelativeError(s.number("low"), s.number("high"))));

    @Override
    public Optional<Criterion> surveys(Method method) {
        return error.surveys(method);
    }

    @Override
    public boolean tries() {
        return true;
    }

    @Override
    public long[] keep(List<Cell> cells, double sparsity, Survey survey) {
        return error.keep(cells, sparsity, survey, survey::damage);
    }
}
