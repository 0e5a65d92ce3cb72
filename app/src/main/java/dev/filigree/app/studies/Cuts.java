package dev.filigree.app.studies;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Sampling;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Networks cut down to some of their positions: what studies of tickets share. */
final class Cuts {

    private Cuts() {
    }

    /** The positions of the largest live weights of some sites together; the others are so large a share of all positions there. */
    static Map<Site, Topology> largest(Network network, List<Site> sites, double zeros) {
        List<Topology> before = new ArrayList<>();
        List<Floats> values = new ArrayList<>();
        for (Site s : sites) {
            Weight w = network.param(s).forward();
            before.add(Topology.of(w));
            values.add(Layout.canonical(w, before.getLast()));
        }
        int count = values.stream().mapToInt(Floats::length).sum();
        Floats all = Floats.allocate(count);
        for (int i = 0, at = 0; i < values.size(); at += values.get(i++).length()) {
            all.slice(at, values.get(i).length()).copyFrom(values.get(i));
        }
        long keep = Math.round((1 - zeros) * sites.stream().mapToLong(Site::positions).sum());
        int[] dies = new Smallest().choose(all, (int) Math.max(0, count - keep));
        Map<Site, Topology> after = new LinkedHashMap<>();
        for (int i = 0, at = 0; i < values.size(); at += values.get(i++).length()) {
            int from = at;
            int to = at + values.get(i).length();
            int[] here = Arrays.stream(dies).filter(d -> d >= from && d < to).map(d -> d - from).toArray();
            after.put(sites.get(i), Rewiring.of(before.get(i), here, new long[0]).after());
        }
        return after;
    }

    /** The same over all sites. */
    static Map<Site, Topology> largest(Network network, double zeros) {
        return largest(network, network.sites(), zeros);
    }

    /** As many positions of each site at random. */
    static Map<Site, Topology> random(Map<Site, Topology> like, Rng rng) {
        Map<Site, Topology> live = new LinkedHashMap<>();
        like.forEach((s, t) -> live.put(s, Sampling.topology(s.rows(), s.cols(), t.count(), rng.split(s.name()))));
        return live;
    }

    /** Leaves the values of these positions, which must be live, and no others at their sites. */
    static <N extends Network> N keep(N network, Map<Site, Topology> live) {
        live.forEach((s, t) -> {
            Floats values = Floats.allocate(t.count());
            network.param(s).forward().forEach((r, c, slot, v) -> {
                int i = t.find(r, c);
                if (i >= 0) {
                    values.set(i, v);
                }
            });
            network.param(s).set(s.layout(Layout.CSR).pack(Arena.ofAuto(), t, values));
        });
        return network;
    }
}
