package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.drop.Drop;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Birth;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prunes and rewinds between rounds: the work of {@link Tickets}. */
final class Rounds implements Hook {

    private final List<Site> sites;
    private final double target;
    private final int prunings;
    private final Cull cull;
    private final double rewind;
    private final Tickets.Control control;
    private final Drop drop = new Smallest();
    private final Map<String, Floats> beginning = new LinkedHashMap<>(); // values of every parameter, see first

    Rounds(List<Site> sites, double target, Cull cull, double rewind, Tickets.Control control) {
        this.sites = List.copyOf(sites);
        this.target = target;
        this.prunings = cull.prunings(target);
        this.cull = cull;
        this.rewind = rewind;
        this.control = control;
    }

    @Override
    public void beforeStep(Loop loop, long step) {
        long length = loop.steps() / (prunings + 1);
        if (step == (long) (rewind * length)) {
            loop.model().params().forEach(p -> beginning.put(p.name(), first(p.forward())));
        }
        if (step > 0 && step % length == 0 && step / length <= prunings) {
            begin(loop, (int) (step / length));
        }
    }

    /** Begins a round: 1 is the first after a pruning. */
    private void begin(Loop loop, int round) {
        boolean last = round == prunings;
        Rng rng = loop.rng("tickets");
        for (Held p : loop.model().params()) {
            if (p.forward().cols() == 1) {
                Slots.of(p.forward()).copyFrom(beginning.get(p.name()));
            }
        }
        List<Topology> before = sites.stream().map(s -> Topology.of(loop.model().param(s).forward())).toList();
        List<Floats> trained = new ArrayList<>();
        for (int i = 0; i < sites.size(); i++) {
            trained.add(Layout.canonical(loop.model().param(sites.get(i)).forward(), before.get(i)));
        }
        long[] keep = cull.keep(sites, trained, round, target);
        for (int i = 0; i < sites.size(); i++) {
            Site site = sites.get(i);
            int dies = (int) Math.max(0, before.get(i).count() - keep[i]);
            Topology live = Rewiring.of(before.get(i), drop.choose(trained.get(i), dies), new long[0]).after();
            if (last && control == Tickets.Control.SHUFFLE) {
                live = Sampling.topology(site.rows(), site.cols(), live.count(), rng.split("positions of " + site.name()));
            }
            Floats values = last && control != Tickets.Control.NONE 
                    ? Birth.values(loop.compute(), (Network) loop.model(), site, live.count(), rng.split("values")) : Regimes.at(beginning.get(site.name()), live);
            loop.rewire(site, live, values);
        }
        loop.optimizer().reset();
    }

    /** All values: of a vector in its slots, of a weight row by row. */
    private static Floats first(Weight w) {
        Floats values = Slots.of(w);
        return w.cols() == 1 ? Floats.allocate(values.length()).copyFrom(values) : Regimes.all(w);
    }

    @Override
    public long bytes() {
        return beginning.values().stream().mapToLong(Floats::bytes).sum();
    }

    @Override
    public void save(StateWriter out) {
        out.put("names", String.join("\n", beginning.keySet()));
        beginning.forEach(out::put);
    }

    @Override
    public void load(StateReader in) {
        beginning.clear();
        in.text("names").lines().forEach(name -> beginning.put(name, in.floats(name)));
    }
}
