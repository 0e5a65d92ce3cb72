package dev.filigree.train;

import dev.filigree.base.Floats;
import dev.filigree.model.Model;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Dense;
import dev.filigree.tensor.Layout;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The parameters that a loop trains: the prunable weights, held sparse, and every bias, gain and shift from the first
 * prunable weight on. What comes before (embeddings) stays as it is, so no gradient flows below the first block.
 */
final class Trained implements Stateful {

    private final Layout layout;
    private final List<Held> params = new ArrayList<>();

    /** Gives the trained weights of {@code model} memory of their own, in {@code layout}. */
    Trained(Model model, Layout layout) {
        this.layout = layout;
        Set<Held> weights = new HashSet<>();
        for (Site s : model.sites()) {
            weights.add(model.param(s));
        }
        boolean begun = false;
        for (Held p : model.params()) {
            begun |= weights.contains(p);
            Weight w = p.forward();
            if (weights.contains(p)) {
                Topology live = Topology.of(w);
                p.set(pack(live, Layout.canonical(w, live)));
                params.add(p);
            } else if (begun && w.cols() == 1) {
                p.set(Dense.of(w.rows(), 1, Floats.allocate(w.rows()).copyFrom(Slots.of(w))));
                params.add(p);
            }
        }
    }

    List<Held> params() {
        return params;
    }

    /** A weight as it is trained. */
    Weight pack(Topology live, Floats canonical) {
        return layout.pack(Arena.ofAuto(), live, canonical);
    }

    @Override
    public void save(StateWriter out) {
        for (Held p : params) {
            StateWriter at = out.in(p.name());
            Weight w = p.forward();
            if (w instanceof Dense d) {
                at.put("values", d.floats());
            } else {
                Topology live = Topology.of(w);
                at.put("start", live.start());
                at.put("column", live.column());
                at.put("values", Layout.canonical(w, live));
            }
        }
    }

    @Override
    public void load(StateReader in) {
        for (Held p : params) {
            StateReader at = in.in(p.name());
            Weight w = p.forward();
            Floats values = at.floats("values");
            Topology live = w instanceof Dense ? null : Topology.of(p.name(), w.rows(), w.cols(), at.ints("start"), at.ints("column"));
            if (values.length() != (live == null ? w.rows() : live.count())) {
                throw at.damaged("values", "has " + values.length() + " numbers");
            }
            p.set(live == null ? Dense.of(w.rows(), 1, values) : pack(live, values));
        }
    }
}
