package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.prune.saliency.Saliency;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.train.Birth;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;

/** Chooses who lives before the first step, and remembers nothing: the work of {@link AtBirth}. */
final class Chosen implements Hook {

    private final List<Site> sites;
    private final double target;
    private final AtBirth how;

    Chosen(List<Site> sites, double target, AtBirth how) {
        this.sites = List.copyOf(sites);
        this.target = target;
        this.how = how;
    }

    @Override
    public void begin(Loop loop) {
        boolean moved = how.positions() == AtBirth.Positions.RANDOM || how.values() == AtBirth.Values.FRESH;
        List<Floats> born = moved ? sites.stream().map(s -> Regimes.all(loop.model().param(s).forward())).toList() : List.of();
        double positions = sites.stream().mapToDouble(Site::positions).sum();
        for (int round = 1; round <= how.rounds(); round++) {
            prune(loop, (int) Math.max(1, Math.round(positions * Math.pow(1 - target, round / (double) how.rounds()))));
        }
        if (moved) {
            for (int i = 0; i < sites.size(); i++) {
                renew(loop, sites.get(i), born.get(i));
            }
        }
    }

    private void prune(Loop loop, int keep) {
        Parallel parallel = loop.compute().parallel();
        List<Floats> scores = how.saliency().score(loop, sites, how.batches());
        try (Arena arena = Arena.ofShared()) {
            List<Canonical> before = new ArrayList<>();
            List<Floats> ordered = new ArrayList<>();
            for (int i = 0; i < scores.size(); i++) {
                before.add(Canonical.of(arena, parallel, loop.model().param(sites.get(i)).forward()));
                ordered.add(before.get(i).values(arena, parallel, scores.get(i)));
                check(sites.get(i), ordered.get(i));
            }
            List<int[]> dies = Worst.of(ordered, keep);
            for (int i = 0; i < scores.size(); i++) {
                if (dies.get(i).length > 0) {
                    Canonical now = before.get(i);
                    Rewiring death = Rewiring.of(arena, parallel, now.live(), dies.get(i), new long[0]);
                    Floats values = now.values(arena, parallel, Slots.of(loop.model().param(sites.get(i)).forward()));
                    loop.rewire(sites.get(i), now, death, death.values(arena, parallel, values));
                }
            }
        }
    }

    private static void check(Site site, Floats scores) {
        for (int i = 0; i < scores.length(); i++) {
            if (Float.isNaN(scores.get(i))) {
                throw new UserError("pruning at birth: found scores of " + site.name() + " that are no numbers; look at other batches, or take --method magnitude");
            }
        }
    }

    /** The same number of positions with what the settings say. */
    private void renew(Loop loop, Site site, Floats born) {
        Topology live = Topology.of(loop.model().param(site).forward());
        Rng rng = loop.rng("at birth").split(site.name());
        if (how.positions() == AtBirth.Positions.RANDOM) {
            live = Sampling.topology(site.rows(), site.cols(), live.count(), rng.split("positions"));
        }
        loop.rewire(site, live, how.values() == AtBirth.Values.FRESH
                ? Birth.values(loop.compute(), (Network) loop.model(), site, live.count(), rng.split("values")) : Regimes.at(born, live));
    }
}
