package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Kernels;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.ConvWeight;
import dev.filigree.tensor.Csr;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameters that a loop trains: dense weights packed for products, sparse ones in the run's layout,
 * plain vectors; and the running statistics beside them.
 */
final class Trained implements Stateful {

    private final Layout layout;
    private final List<Held> params;
    private final List<Held> statistics;
    private final Map<Held, Site> sites = new HashMap<>();

    /** Gives what {@link Model#trained} names memory of its own, sparse weights in {@code layout}. */
    Trained(Parallel parallel, Model model, Layout layout) {
        this.layout = layout;
        this.params = model.trained();
        this.statistics = model.statistics();
        for (Site s : model.sites()) {
            sites.put(model.param(s), s);
        }
        statistics.forEach(p -> p.set(Dense.of(p.forward().rows(), 1, copy(Slots.of(p.forward())))));
        for (Held p : params) {
            Weight w = p.forward();
            if (w instanceof Tiled t) {
                p.set(new Tiled(t.rows(), t.cols(), copy(t.tiles())));
            } else if (sites.containsKey(p) && w instanceof Csr) {
                try (Arena arena = Arena.ofShared()) {
                    Canonical now = Canonical.of(arena, parallel, w);
                    p.set(pack(sites.get(p), now.live(), now.values(arena, parallel, Slots.of(w))));
                }
            } else if (sites.containsKey(p)) {
                Topology live = Topology.of(w);
                p.set(pack(sites.get(p), live, Layout.canonical(w, live)));
            } else {
                p.set(Dense.of(w.rows(), w.cols(), copy(Slots.of(w))));
            }
        }
    }

    List<Held> params() {
        return params;
    }

    /** A sparse weight as it is trained. */
    Weight pack(Site site, Topology live, Floats canonical) {
        return site.layout(layout).pack(Arena.ofAuto(), live, canonical);
    }

    void saveStatistics(StateWriter out) {
        statistics.forEach(p -> out.in(p.name()).put("values", Slots.of(p.forward())));
    }

    void loadStatistics(StateReader in) {
        statistics.forEach(p -> p.set(Dense.of(p.forward().rows(), 1, sized(in.in(p.name()), "values", p.forward().rows()))));
    }

    @Override
    public void save(StateWriter out) {
        saveStatistics(out);
        for (Held p : params) {
            StateWriter at = out.in(p.name());
            switch (p.backward()) {
                case Dense d -> at.put("values", d.floats());
                case Tiled t -> at.put("tiles", t.tiles());
                case Weight w -> {
                    Topology live = Topology.of(w);
                    at.put("start", live.start());
                    at.put("column", live.column());
                    at.put("values", Layout.canonical(w, live));
                    if (w instanceof Csr || w instanceof ConvWeight) {
                        at.put("layout", w.layout());
                        at.put("chunk", w instanceof Csr c ? c.chunk() : ((ConvWeight) w).chunk());
                    }
                }
            }
        }
    }

    /** Takes each weight in the kind that was stored: what began dense may have been pruned since. */
    @Override
    public void load(StateReader in) {
        loadStatistics(in);
        for (Held p : params) {
            StateReader at = in.in(p.name());
            Weight w = p.backward();
            if (at.has("tiles")) {
                p.set(new Tiled(w.rows(), w.cols(), sized(at, "tiles", Tiled.tiles(w.rows()) * (long) Kernels.TILE_ROWS * w.cols())));
            } else if (at.has("start")) {
                Topology live = Topology.of(p.name(), w.rows(), w.cols(), at.ints("start"), at.ints("column"));
                p.set(stored(at, sites.get(p)).pack(Arena.ofAuto(), live, sized(at, "values", live.count())));
            } else {
                p.set(Dense.of(w.rows(), w.cols(), sized(at, "values", w.positions())));
            }
        }
    }

    /** The layout that a weight was in: sums are taken chunk by chunk, so the width of chunks decides bits. */
    private Layout stored(StateReader at, Site site) {
        String kind = at.has("layout") ? at.text("layout") : "";
        int chunk = kind.isEmpty() ? 0 : (int) at.integer("chunk");
        return switch (kind) {
            case "" -> site.layout(layout);
            case "csr" -> Layout.csr(chunk);
            case "convolution" -> (arena, t, v) -> ConvWeight.pack(arena, site.name(), t, v, site.inputs() * site.groups(), site.height(), site.width(), site.groups(), chunk);
            default -> throw at.damaged("layout", "is '" + kind + "', expected csr or convolution");
        };
    }

    private static Floats sized(StateReader at, String name, long length) {
        Floats values = at.floats(name);
        if (values.length() != length) {
            throw at.damaged(name, "has " + values.length() + " numbers, expected " + length);
        }
        return values;
    }

    private static Floats copy(Floats source) {
        return Floats.allocate(source.length()).copyFrom(source);
    }
}
