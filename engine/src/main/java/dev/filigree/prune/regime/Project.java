package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps what products see in step with the dense master: the work of {@link Projected}. */
final class Project implements Hook {

    private static final int RANGE = 1 << 15;

    private final List<Site> sites;
    private final Projected regime;
    private final Map<String, Shown> shown = new LinkedHashMap<>(); // to products, or from a stored state and yet to be
    private final Map<String, Floats> pulls = new HashMap<>(); // written anew in every step

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
        if (view.isEverything() && regime.decay().factor() == 0) {
            return; // nobody asks who survives
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
        if (!view.isEverything()) {
            now.show(compute, p, view.others(), regime.back());
        }
    }

    @Override
    public void differentiated(Loop loop, long step) {
        float factor = (float) regime.decay().at(step, loop.steps());
        Decay.Way way = regime.decay().way();
        if (factor > 0 && (way == Decay.Way.GRADIENT || way == Decay.Way.STEP)) {
            for (Site s : sites) {
                Held p = loop.model().param(s);
                Shown now = shown.get(s.name());
                if (now != null) {
                    Floats to = way == Decay.Way.GRADIENT ? loop.gradients().of(p) : pulls.computeIfAbsent(s.name(), n -> Floats.allocate(Slots.of(p.backward()).length())).fill(0f);
                    now.projection().addOthers(loop.compute(), (Tiled) p.backward(), factor, to);
                    if (way == Decay.Way.STEP) {
                        loop.gradients().joinStep(p, to);
                    }
                }
            }
        }
    }

    @Override
    public void updated(Loop loop, long step) {
        pull(loop, step);
        for (Site s : sites) {
            show(loop, s, step + 1, (step + 1) % regime.every() == 0);
        }
    }

    /** What decays beside the optimizer. */
    private void pull(Loop loop, long step) {
        double factor = regime.decay().at(step, loop.steps());
        Decay.Way way = regime.decay().way();
        if (factor == 0 || way == Decay.Way.GRADIENT || way == Decay.Way.STEP) {
            return;
        }
        double rate = loop.setup().rate() * loop.setup().rates().at(step, loop.steps());
        double alike = way == Decay.Way.LENGTH_ALIKE ? rootMeanSquare(loop, sites) : 0;
        for (Site s : sites) {
            Shown now = shown.get(s.name());
            if (now != null) {
                Tiled master = (Tiled) loop.model().param(s).backward();
                if (way == Decay.Way.WEIGHTS) {
                    now.projection().addOthers(loop.compute(), master, (float) (-factor * rate), master.tiles());
                } else {
                    now.projection().shrinkOthers(loop.compute(), master, (float) (factor / loop.steps() * (alike > 0 ? alike : rootMeanSquare(loop, List.of(s)))));
                }
            }
        }
    }

    private static double rootMeanSquare(Loop loop, List<Site> sites) {
        double squares = 0;
        long count = 0;
        for (Site s : sites) {
            Floats w = ((Tiled) loop.model().param(s).backward()).tiles(); // what fills the last tile is zero
            double[] parts = new double[Math.ceilDiv(w.length(), RANGE)];
            loop.compute().parallel().run(parts.length,
                    i -> parts[i] = loop.compute().kernels().elementwise().dot(w, w, i * RANGE, Math.min(w.length(), (i + 1) * RANGE)));
            squares += Arrays.stream(parts).sum();
            count += s.positions();
        }
        return Math.sqrt(squares / count);
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
    public long bytes() {
        return pulls.values().stream().mapToLong(Floats::bytes).sum();
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
