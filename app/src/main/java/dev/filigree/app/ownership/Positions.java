package dev.filigree.app.ownership;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Topology;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.TreeMap;

/** The live positions of a weight and their values, by {@code row * columns + column}: to be changed one by one and put back. */
public final class Positions {

    private final Site site;
    private final TreeMap<Long, Float> live = new TreeMap<>();

    /** Those of a network's weight now. */
    public Positions(Network network, Site site) {
        this.site = site;
        Topology now = Topology.of(network.param(site).forward());
        Floats values = Layout.canonical(network.param(site).forward(), now);
        for (int r = 0; r < site.rows(); r++) {
            for (int j = now.start().get(r); j < now.start().get(r + 1); j++) {
                live.put((long) r * site.cols() + now.column().get(j), values.get(j));
            }
        }
    }

    Map<Long, Float> live() {
        return live;
    }

    /** Brings random positions to life, whose values begin at zero, until so many live. */
    public void grow(int count, Rng rng) {
        while (live.size() < Math.min(count, site.positions())) {
            live.putIfAbsent((long) rng.nextInt(site.rows()) * site.cols() + rng.nextInt(site.cols()), 0f);
        }
    }

    public int count() {
        return live.size();
    }

    /** Makes them those of a network's weight. */
    public void put(Network network) {
        Topology.Builder positions = new Topology.Builder(site.rows(), site.cols(), live.size());
        Floats values = Floats.allocate(live.size());
        int at = 0;
        for (Map.Entry<Long, Float> e : live.entrySet()) {
            positions.add((int) (e.getKey() / site.cols()), (int) (e.getKey() % site.cols()));
            values.set(at++, e.getValue());
        }
        network.param(site).set(site.layout(Layout.CSR).pack(Arena.ofAuto(), positions.build(), values));
    }
}
