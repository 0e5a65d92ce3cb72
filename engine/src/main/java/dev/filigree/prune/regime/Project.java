package dev.filigree.prune.regime;

import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Tiled;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what products see in step with the dense master: the work of {@link Projected}. */
final class Project implements Hook {

    private final List<Site> sites;
    private final Projected regime;
    private final Map<String, Shown> shown = new LinkedHashMap<>(); // to products, or from a stored state and yet to be

    Project(List<Site> sites, Projected regime) {
        this.sites = List.copyOf(sites);
        this.regime = regime;
    }

    @Override
    public void prepare(Loop loop) {
        for (Site s : sites) {
            if (!loop.model().param(s).projected()) {
                show(loop, s, loop.step(), false);
            }
        }
    }

    /** @param anew whether survivors are chosen anew in any case */
    private void show(Loop loop, Site site, long step, boolean anew) {
        Course.View view = regime.course().at(site, Math.min(step, loop.steps() - 1), loop.steps());
        if (view.isEverything()) {
            return;
        }
        Compute compute = loop.compute();
        Held p = loop.model().param(site);
        Shown now = shown.get(site.name());
        boolean other = now == null || !now.pattern().equals(view.pattern());
        if (other) {
            now = new Shown(site, view.pattern());
            shown.put(site.name(), now);
        }
        if (other || anew) {
            now.projection().choose(compute, (Tiled) p.backward());
        }
        now.show(compute, p, view.others(), regime.back());
    }

    @Override
    public void afterBackward(Loop loop, long step) {
        if (regime.decay().gradient() && regime.decay().factor() > 0) {
            for (Site s : sites) {
                Held p = loop.model().param(s);
                if (p.projected()) {
                    shown.get(s.name()).projection().addOthers(loop.compute(), (Tiled) p.backward(), (float) regime.decay().factor(), loop.gradients().of(p));
                }
            }
        }
    }

    @Override
    public void updated(Loop loop, long step) {
        float shrink = regime.decay().gradient() ? 0 : (float) (-regime.decay().factor() * loop.setup().rate() * loop.setup().rates().at(step, loop.steps()));
        for (Site s : sites) {
            Held p = loop.model().param(s);
            if (shrink != 0 && p.projected()) {
                Tiled master = (Tiled) p.backward();
                shown.get(s.name()).projection().addOthers(loop.compute(), master, shrink, master.tiles());
            }
            show(loop, s, step + 1, (step + 1) % regime.every() == 0);
        }
    }

    /** After the last step only what survived is left. */
    @Override
    public void afterStep(Loop loop, long step) {
        if (step == loop.steps() - 1) {
            sites.forEach(s -> loop.model().param(s).set(shown.get(s.name()).packed()));
            shown.clear();
        }
    }

    @Override
    public void save(StateWriter out) {
        out.put("names", String.join("\n", shown.keySet()));
        shown.forEach((name, s) -> {
            out.in(name).put("pattern", s.pattern().name());
            out.in(name).put("marks", s.projection().marks());
        });
    }

    @Override
    public void load(StateReader in) {
        shown.clear();
        List<String> names = in.text("names").lines().toList();
        for (Site s : sites) {
            if (names.contains(s.name())) {
                StateReader at = in.in(s.name());
                try {
                    Shown stored = new Shown(s, Projected.nOfM(regime.name(), at.text("pattern")));
                    stored.projection().restore(at.ints("marks"));
                    shown.put(s.name(), stored);
                } catch (UserError e) {
                    throw at.damaged("marks", "do not fit: " + e.getMessage());
                }
            }
        }
    }
}
