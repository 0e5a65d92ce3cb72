package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.grad.Gradients;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.ops.Param;
import dev.filigree.tensor.Tiled;
import dev.filigree.train.Adam;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Learns changes and scores of low rank and shows products the weights at the highest scores: the work of {@link LowRank}. */
final class LowRankSearch implements Hook {

    private final LowRank how;
    private final List<Site> sites;
    private final double target;
    private final Map<String, LowRankWeight> learned = new LinkedHashMap<>();
    private Adam adam = new Adam(0.9, 0.98, 1e-8, 0);
    private Gradients gradients; // of what is learned; written anew in every step

    LowRankSearch(LowRank how, List<Site> sites, double target) {
        this.how = how;
        this.sites = List.copyOf(sites);
        this.target = target;
    }

    @Override
    public void prepare(Loop loop) {
        for (Param p : loop.gradients().trained()) {
            loop.gradients().freeze(p, sites.stream().anyMatch(s -> p == loop.model().param(s) || p == loop.model().bias(s)));
        }
        Map<Site, Long> keep = Regimes.keep(how.allocation(), sites, how.density().sparsity(loop.step(), loop.steps(), target));
        for (Site s : sites) {
            Held p = loop.model().param(s);
            LowRankWeight w = learned.computeIfAbsent(s.name(), name -> LowRankWeight.begin(s, ((Tiled) p.backward()).tiles(), how.rank(), loop.rng("low rank").split(name)));
            int live = Math.toIntExact(keep.get(s));
            boolean other = live < s.positions() && (w.live() == null || w.live().live().count() != live);
            if (other) {
                w.choose(loop.compute(), (Tiled) p.backward(), live);
            }
            if (other || w.live() != null && !p.projected()) {
                Seen.show(loop, s, w.live());
            }
        }
        if (gradients == null) {
            gradients = new Gradients(learned.values().stream().flatMap(w -> w.params().stream()).toList());
        }
    }

    @Override
    public void differentiated(Loop loop, long step) {
        for (Site s : sites) {
            Held p = loop.model().param(s);
            learned.get(s.name()).learn(loop.compute(), (Tiled) p.backward(), loop.gradients().of(p), gradients);
        }
    }

    @Override
    public void updated(Loop loop, long step) {
        Compute compute = loop.compute();
        adam.update(compute, gradients, 1, (float) (how.rate() * loop.setup().rates().at(step, loop.steps())));
        for (Site s : sites) {
            LowRankWeight w = learned.get(s.name());
            Tiled master = (Tiled) loop.model().param(s).backward();
            w.change(compute, master);
            if (w.live() != null && (step + 1) % how.every() == 0 && w.choose(compute, master, w.live().live().count())) {
                Seen.show(loop, s, w.live());
            } else if (w.live() != null) {
                Seen.follow(loop, s, w.live());
            }
        }
    }

    /** After the last step only what products see is left. */
    @Override
    public void afterStep(Loop loop, long step) {
        if (step == loop.steps() - 1) {
            loop.gradients().trained().forEach(p -> loop.gradients().freeze(p, false));
            for (Site s : sites) {
                if (learned.get(s.name()).live() != null) {
                    Seen.settle(loop, s, learned.get(s.name()).live());
                }
            }
            learned.clear();
            gradients = null;
        }
    }

    @Override
    public long bytes() {
        return learned.values().stream().mapToLong(LowRankWeight::bytes).sum() + adam.bytes();
    }

    @Override
    public void save(StateWriter out) {
        out.put("names", String.join("\n", learned.keySet()));
        learned.forEach((name, w) -> w.save(out.in(name)));
        adam.save(out.in("adam"));
    }

    @Override
    public void load(StateReader in) {
        learned.clear();
        gradients = null;
        List<String> names = in.text("names").lines().toList();
        for (Site s : sites) {
            if (names.contains(s.name())) {
                learned.put(s.name(), LowRankWeight.load(in.in(s.name()), s, how.rank()));
            }
        }
        adam = new Adam(0.9, 0.98, 1e-8, 0);
        adam.load(in.in("adam"));
    }
}
