package dev.filigree.prune.allocation;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Cell;
import dev.filigree.prune.criterion.Criterion;
import dev.filigree.prune.criterion.Obs;
import dev.filigree.prune.method.Method;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Removes next, anywhere in the model, what adds least to the sum over the layers of squared output error relative to the
 * layer's output: layers that suffer keep more.
 *
 * @param low  least density of a cell, as a share of the density asked for
 * @param high largest density of a cell, as a multiple of the density asked for
 */
public record RelativeError(double low, double high) implements Allocation {

    public static final Catalog.Entry<Allocation> ENTRY = Catalog.entry("error", "", "spares the layers whose outputs suffer most", List.of(
            Option.of("low", 0.3, "least density of a layer, as a share of the density asked for"),
            Option.of("high", 2.5, "largest density of a layer, as a multiple of the density asked for")),
            s -> new RelativeError(s.number("low"), s.number("high")));

    private static final double DAMP = 0.01;

    public RelativeError {
        if (!(low >= 0 && low <= 1 && high >= 1)) {
            throw new UserError("allocation error: found low=" + low + " and high=" + high + ", expected low in 0..1 and high at least 1");
        }
    }

    @Override
    public Optional<Criterion> surveys(Method method) {
        return Optional.of(new Obs(DAMP));
    }

    @Override
    public long[] keep(List<Cell> cells, double sparsity, Survey survey) {
        return keep(cells, sparsity, survey, site -> 1);
    }

    /** The same, with the relative errors of a site weighed. */
    long[] keep(List<Cell> cells, double sparsity, Survey survey, ToDoubleFunction<Site> weight) {
        double density = 1 - sparsity;
        return Threshold.keep(cells, sparsity, survey, c -> weight.applyAsDouble(c.site()) / Math.max(Float.MIN_NORMAL, survey.outputEnergy(c.site())),
                low * density, Math.min(1, high * density));
    }
}
