package dev.filigree.calib;

import dev.filigree.kernel.Compute;
import dev.filigree.model.Site;
import dev.filigree.ops.Value;
import dev.filigree.ops.Workspace;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Evidence being gathered. Sites that are given the same value (query, key and value of a block) share one set of statistics. */
final class Observation implements Evidence {

    private final Set<String> watched = new HashSet<>();
    private final Set<Need> needs;
    private final Workspace workspace;
    private final Map<String, InputStatistics> statistics = new HashMap<>();
    private final Map<InputStatistics, Map<Need, float[]>> results = new HashMap<>();
    private final Map<String, ResidualDrift> residuals = new HashMap<>();
    private Value last;
    private InputStatistics lastOwner;

    /** @param workspace lends room while a batch is added */
    Observation(Collection<Site> sites, Set<Need> needs, Workspace workspace) {
        this.workspace = workspace;
        sites.forEach(s -> watched.add(s.name()));
        this.needs = Set.copyOf(needs);
    }

    /** Names of the weights whose inputs are gathered. */
    Set<String> watched() {
        return watched;
    }

    boolean watches(String weight) {
        return watched.contains(weight);
    }

    /** Adds one input of a weight; does nothing for weights that are not watched. */
    void add(Compute compute, String weight, Value x, Value original) {
        if (!watches(weight)) {
            return;
        }
        if (x == last) {
            statistics.putIfAbsent(weight, lastOwner);
            return;
        }
        last = x;
        lastOwner = statistics.computeIfAbsent(weight, w -> new InputStatistics(x.features(), needs, workspace));
        lastOwner.add(compute, x, original);
    }

    /** Adds how far the residual of a weight's outputs has moved, for one batch. */
    void addResidual(Compute compute, String weight, Value moved, Value x) {
        if (watches(weight) && needs.contains(Need.RESIDUAL_DRIFT)) {
            residuals.computeIfAbsent(weight, w -> new ResidualDrift(moved.features(), x.features(), workspace)).add(compute, moved, x);
        }
    }

    @Override
    public boolean has(Site site, Need need) {
        boolean residual = need == Need.RESIDUAL_DRIFT || need == Need.MEAN_RESIDUAL_DRIFT;
        return residual ? residuals.containsKey(site.name()) : statistics.containsKey(site.name()) && needs.contains(need);
    }

    @Override
    public float[] of(Site site, Need need) {
        if (!has(site, need)) {
            throw new IllegalArgumentException(site.name() + ": " + need + " was not gathered");
        }
        if (need == Need.RESIDUAL_DRIFT || need == Need.MEAN_RESIDUAL_DRIFT) {
            return residuals.get(site.name()).of(need);
        }
        InputStatistics s = statistics.get(site.name());
        return results.computeIfAbsent(s, k -> new EnumMap<>(Need.class)).computeIfAbsent(need, s::of);
    }
}
