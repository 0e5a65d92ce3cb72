package dev.filigree.prune;

import dev.filigree.base.UserError;
import dev.filigree.calib.Need;
import dev.filigree.model.Site;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.prune.allocation.Uniform;
import dev.filigree.prune.method.Method;
import dev.filigree.prune.pattern.Pattern;
import dev.filigree.prune.recovery.Recovery;
import dev.filigree.prune.schedule.Schedule;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A way to prune: which shapes may be zero, how many each part keeps, which ones, and what the rest does about it. A
 * contradiction is refused here, before anything runs.
 *
 * @param recoveries applied in order to each weight after the method
 * @param sparsity   share of zeros in all prunable weights together, in [0, 1)
 */
public record Recipe(Pattern pattern, Allocation allocation, Method method, List<Recovery> recoveries, double sparsity) {

    private static final double SAME = 1e-6;

    public Recipe {
        recoveries = List.copyOf(recoveries);
        Sparsity.check(sparsity);
        OptionalDouble fixed = pattern.fixedSparsity();
        if (fixed.isPresent() && Math.abs(fixed.getAsDouble() - sparsity) > SAME) {
            throw new UserError("--sparsity: found " + Sparsity.text(sparsity) + ", but --pattern " + pattern.name() + " always removes "
                    + Sparsity.text(fixed.getAsDouble()) + "; ask for that or choose another pattern");
        }
        if (fixed.isPresent() && !(allocation instanceof Uniform)) {
            throw new UserError("--allocation: --pattern " + pattern.name() + " keeps the same share everywhere; use uniform or choose another pattern");
        }
        for (Recovery r : recoveries) {
            r.check(pattern);
        }
    }

    /**
     * Reads a recipe as a person types it.
     *
     * @param pattern    "unstructured", "4x1", "2:4" ...
     * @param allocation "uniform", "erk", "global", "error"
     * @param method     a method, then any recoveries: "sparsegpt", "wanda+dsnot", "sparsegpt+faithful+least-squares"
     * @param sparsity   "80%" or "0.8"; null takes the pattern's own, or 80 %
     */
    public static Recipe parse(String pattern, String allocation, String method, String sparsity) {
        Pattern p = Parts.PATTERNS.make(pattern);
        String[] steps = method.split("\\+");
        List<Recovery> recoveries = java.util.Arrays.stream(steps).skip(1).map(Parts.RECOVERIES::make).toList();
        double s = sparsity == null ? p.fixedSparsity().orElse(Parts.DEFAULT_SPARSITY) : Sparsity.parse(sparsity);
        return new Recipe(p, Parts.ALLOCATIONS.make(allocation), Parts.METHODS.make(steps[0]), recoveries, s);
    }

    /** The same way to prune, with another share of zeros. */
    public Recipe withSparsity(double other) {
        return new Recipe(pattern, allocation, method, recoveries, other);
    }

    /** The same way to prune before training starts, when sparsity grows with a schedule. */
    public Recipe before(Schedule schedule) {
        return pattern.fixedSparsity().isPresent() ? this : withSparsity(schedule.start(sparsity));
    }

    /** Everything that method and recoveries must know about inputs. */
    public Set<Need> needs() {
        Set<Need> all = EnumSet.noneOf(Need.class);
        all.addAll(method.needs());
        recoveries.forEach(r -> all.addAll(r.needs()));
        all.addAll(aim().needs());
        return all;
    }

    /** What each weight is asked to reproduce. */
    public Aim aim() {
        return recoveries.stream().map(Recovery::aim).filter(Objects::nonNull).findFirst().orElse(Aim.plain());
    }

    /** Which weights compete: the pattern's word, else what suits the method. */
    public Scope scope() {
        return pattern.scope().orElse(method.scope());
    }

    /** The cells of some sites; throws a {@link UserError} when a shape does not allow the pattern. */
    public List<Cell> cells(List<Site> sites) {
        return sites.stream().flatMap(s -> pattern.cells(s, scope()).stream()).toList();
    }
}
