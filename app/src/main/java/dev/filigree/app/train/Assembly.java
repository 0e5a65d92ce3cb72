package dev.filigree.app.train;

import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Form;
import dev.filigree.prune.regime.Regime;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Batches;
import dev.filigree.train.Birth;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.Problem;
import dev.filigree.train.Rates;
import dev.filigree.train.Setup;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Puts a run together from its settings: the same settings always make the same loop. An assembly makes one. */
final class Assembly {

    private final TrainSettings settings;
    private final Problem problem;
    private final Compute compute;
    private final Network network;
    private final List<Site> sparse;

    Assembly(TrainSettings settings, Problem problem, Compute compute) {
        this(settings, problem, compute, settings.from().isEmpty() ? settings.architecture().build(problem.input(), problem.outputs()) : StoredText.network(settings));
    }

    /** @param network to train in place of the one that the settings name */
    Assembly(TrainSettings settings, Problem problem, Compute compute, Network network) {
        this.settings = settings;
        this.problem = problem;
        this.compute = compute;
        this.network = network;
        this.sparse = sparseSites();
    }

    /** Steps of the whole run, all rounds together. */
    long steps() {
        Batches batches = problem.training(settings.batch(), new Rng(0));
        long each = Math.ceilDiv(batches.count(), batches.size());
        return settings.regime().rounds(settings.target()) * Math.max(1, Math.round(settings.epochs() * each));
    }

    /** How the network wants its examples. */
    Form form() {
        return network.form();
    }

    /** A loop at its first step; {@code watching} hooks come after those of the method. */
    Loop loop(List<Hook> watching) {
        Map<Site, Long> births = settings.regime().births(sparse, settings.target());
        if (settings.from().isEmpty()) {
            born(births, new Rng(settings.seed()).split("birth"));
        } else {
            StoredText.fit(network, births);
        }
        return begun(watching);
    }

    /** The same with the weights of a network of this kind in place of births; that one stays as it is. */
    Loop loop(Network from, List<Hook> watching) {
        network.params().forEach(p -> p.set(from.param(p.name()).forward())); // the loop makes copies
        return begun(watching);
    }

    /** The same with the weights that the network has. */
    Loop going() {
        return begun(List.of());
    }

    private Loop begun(List<Hook> watching) {
        Rng rng = new Rng(settings.seed());
        Regime regime = settings.regime();
        double target = settings.target();
        int rounds = regime.rounds(target);
        List<Hook> hooks = new ArrayList<>(regime.hooks(sparse, target));
        hooks.addAll(watching);
        return new Loop(compute, network, new Setup(settings.step(problem.objective(settings.smoothing())), problem.training(settings.batch(), network.form(), rng.split("order")),
                settings.makeOptimizer(), settings.rate(), rounds == 1 ? settings.makeRates() : new Rates.Rounds(settings.makeRates(), rounds), settings.clip(), steps(), Layout.CSR, hooks, rng.split("training")));
    }

    /** The sites that may be sparse. */
    List<Site> sparse() {
        return sparse;
    }

    private List<Site> sparseSites() {
        for (String name : settings.keepDense()) {
            if (network.sites().stream().noneMatch(s -> s.name().contains(name))) {
                throw new UserError("--keep-dense: found '" + name + "', expected a part of one of the names " + network.sites().stream().map(Site::name).toList());
            }
        }
        List<Site> sites = network.sites().stream().filter(s -> settings.keepDense().stream().noneMatch(s.name()::contains)).toList();
        if (sites.isEmpty()) {
            throw new UserError("--keep-dense: keeps every weight of " + settings.model() + " dense; leave some out, or use --method dense");
        }
        return sites;
    }

    private void born(Map<Site, Long> births, Rng rng) {
        Birth birth = new Birth(compute, network, rng.split("values"));
        for (Site s : network.sites()) {
            long live = births.getOrDefault(s, s.positions());
            if (live >= s.positions()) {
                birth.dense(s);
            } else {
                try (Arena arena = Arena.ofShared()) {
                    Topology random = Sampling.topology(arena, compute.parallel(), s.rows(), s.cols(), Math.toIntExact(live), rng.split("positions of " + s.name()));
                    birth.sparse(s, random, Layout.CSR);
                }
            }
        }
    }
}
