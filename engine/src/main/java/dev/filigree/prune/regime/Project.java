package dev.filigree.prune.regime;

import dev.filigree.base.Ints;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.pattern.NofM;
import dev.filigree.tensor.PackedNofM;
import dev.filigree.tensor.Projection;
import dev.filigree.tensor.Tiled;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what products see in step with the dense master: the work of {@link StraightThrough}. */
final class Project implements Hook {

    private final List<Site> sites;
    private final NofM pattern;
    private final int every;
    private final double decay;
    private final Map<String, PackedNofM> seen = new LinkedHashMap<>(); // by products, or from a stored state and yet to be shown
    private final Map<String, Projection> projections = new LinkedHashMap<>();

    Project(List<Site> sites, NofM pattern, int every, double decay) {
        this.sites = List.copyOf(sites);
        this.pattern = pattern;
        this.every = every;
        this.decay = decay;
    }

    @Override
    public void prepare(Loop loop) {
        for (Site s : sites) {
            Held p = loop.model().param(s);
            if (!p.projected()) {
                PackedNofM before = seen.get(s.name());
                PackedNofM packed = before == null ? Projection.room(s.rows(), s.cols(), pattern.n(), pattern.m()) : before;
                Projection projection = new Projection(loop.compute(), packed);
                if (before == null) {
                    projection.choose((Tiled) p.backward());
                } else {
                    projection.fetch((Tiled) p.backward());
                }
                seen.put(s.name(), packed);
                projections.put(s.name(), projection);
                p.project(packed);
            }
        }
    }

    @Override
    public void updated(Loop loop, long step) {
        float shrink = (float) (1 - decay * loop.setup().rate() * loop.setup().rates().at(step, loop.steps()));
        for (Site s : sites) {
            Tiled master = (Tiled) loop.model().param(s).backward();
            Projection projection = projections.get(s.name());
            if (decay > 0) {
                projection.shrinkOthers(master, shrink);
            }
            if ((step + 1) % every == 0) {
                projection.choose(master);
            } else {
                projection.fetch(master);
            }
        }
    }

    /** After the last step only what survived is left. */
    @Override
    public void afterStep(Loop loop, long step) {
        if (step == loop.steps() - 1) {
            sites.forEach(s -> loop.model().param(s).set(seen.get(s.name())));
            seen.clear();
            projections.clear();
        }
    }

    @Override
    public void save(StateWriter out) {
        out.put("names", String.join("\n", seen.keySet()));
        seen.forEach((name, packed) -> {
            Ints places = Ints.allocate(Math.ceilDiv(packed.values().length(), Integer.BYTES));
            MemorySegment.copy(packed.place(), 0, places.segment(), 0, packed.values().length());
            out.put(name, places);
        });
    }

    @Override
    public void load(StateReader in) {
        seen.clear();
        projections.clear();
        List<String> names = new ArrayList<>(in.text("names").lines().toList());
        for (Site s : sites) {
            if (names.remove(s.name())) {
                PackedNofM packed = Projection.room(s.rows(), s.cols(), pattern.n(), pattern.m());
                Ints places = in.ints(s.name());
                if (places.length() != Math.ceilDiv(packed.values().length(), Integer.BYTES)) {
                    throw in.damaged(s.name(), "has " + places.length() + " words of places, which is not " + pattern.name() + " of " + s.rows() + " x " + s.cols());
                }
                MemorySegment.copy(places.segment(), 0, packed.place(), 0, packed.values().length());
                seen.put(s.name(), new PackedNofM(s.rows(), s.cols(), pattern.n(), pattern.m(), packed.place(), packed.values())); // checks the places
            }
        }
    }
}
