package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Tiled;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Learns the scores of positions and shows products the weights at the highest: the work of {@link Learned}. */
final class Search implements Hook {

    private final Learned how;
    private final List<Site> sites;
    private final double target;
    private final Map<String, Scores> scores = new LinkedHashMap<>();
    private Map<Site, Long> keep; // at the sparsity below; a memory of what is computed anew when it is missing
    private double sparsity = -1;

    Search(Learned how, List<Site> sites, double target) {
        this.how = how;
        this.sites = List.copyOf(sites);
        this.target = target;
    }

    private long first(Loop loop) {
        return loop.steps() / how.rounds(target) * how.dense();
    }

    private boolean searches(Loop loop, long step) {
        return step >= first(loop);
    }

    /** Whether scores learn in a step; where they take turns with the weights, the weights come first. */
    private boolean scoresLearn(Loop loop, long step) {
        return how.trains() != Learned.Trains.IN_TURN || (step - first(loop)) % 2 == 1;
    }

    private boolean weightsLearn(Loop loop, long step) {
        return switch (how.trains()) {
            case SCORES -> false;
            case TOGETHER -> true;
            case IN_TURN -> !scoresLearn(loop, step);
        };
    }

    @Override
    public void beforeStep(Loop loop, long step) {
        if (step == first(loop) && step > 0) {
            loop.optimizer().reset(); // what moved the weights of the dense network is over
        }
    }

    @Override
    public void prepare(Loop loop) {
        long step = loop.step();
        boolean frozen = searches(loop, step) && !weightsLearn(loop, step);
        loop.gradients().trained().forEach(p -> loop.gradients().freeze(p, frozen));
        if (!searches(loop, step)) {
            return;
        }
        density(how.density().sparsity(step - first(loop), loop.steps() - first(loop), target));
        for (Site s : sites) {
            Held p = loop.model().param(s);
            Tiled weight = (Tiled) p.backward();
            Scores scored = scores.computeIfAbsent(s.name(), name -> begin(loop, s, weight));
            int live = Math.toIntExact(keep.get(s));
            boolean all = live == s.positions();
            boolean other = !all && (scored.live() == null || scored.live().live().count() != live) && scored.choose(loop.compute().parallel(), live, 1);
            if (other || !all && !p.projected()) {
                Seen.show(loop, s, scored.live());
            }
        }
    }

    private void density(double wanted) {
        if (sparsity != wanted) {
            keep = Regimes.keep(how.allocation(), sites, wanted);
            sparsity = wanted;
        }
    }

    private Scores begin(Loop loop, Site s, Tiled weight) {
        int live = Math.toIntExact(keep.get(s));
        Tiled first = how.start().scores(s, weight, live, loop.compute().parallel(), loop.rng("scores").split(s.name()));
        if (how.scaled()) {
            float scale = (float) Math.sqrt(s.positions() / (double) live);
            weight.forEach((r, c, slot, v) -> weight.tiles().set(slot, scale * v));
        }
        return new Scores(first, Floats.allocate(first.tiles().length()), null);
    }

    @Override
    public void differentiated(Loop loop, long step) {
        if (!searches(loop, step)) {
            return;
        }
        float rate = (float) (how.rate() * loop.setup().rates().at(step, loop.steps()));
        for (Site s : sites) {
            Held p = loop.model().param(s);
            Floats gradient = loop.gradients().of(p);
            Scores scored = scores.get(s.name());
            if (scoresLearn(loop, step)) {
                scored.learn(loop.compute(), ((Tiled) p.backward()).tiles(), gradient, rate, (float) how.momentum());
                if (how.implicit() > 0 && scored.live() != null) {
                    scored.learnAnswer(gradient, rate, (float) how.implicit());
                }
            }
            if (weightsLearn(loop, step) && scored.live() != null) {
                scored.mask(loop.compute().parallel(), gradient);
            }
        }
    }

    @Override
    public void updated(Loop loop, long step) {
        if (!searches(loop, step)) {
            return;
        }
        double progress = (step - first(loop)) / (double) (loop.steps() - first(loop));
        boolean time = scoresLearn(loop, step) && due(step - first(loop));
        for (Site s : sites) {
            Scores scored = scores.get(s.name());
            if (scored.live() != null) {
                int live = Math.toIntExact(keep.get(s));
                if (time && scored.choose(loop.compute().parallel(), live, how.swaps() < 1 ? how.swaps() * (1 - progress) : 1)) {
                    Seen.show(loop, s, scored.live());
                } else if (weightsLearn(loop, step)) {
                    Seen.follow(loop, s, scored.live());
                }
            }
        }
    }

    /** Whether positions are chosen after a step of scores, so many steps after the first of the search. */
    private boolean due(long after) {
        long learned = how.trains() == Learned.Trains.IN_TURN ? (after + 1) / 2 : after + 1;
        return learned % how.every() == 0;
    }

    /** After the last step only what products see is left. */
    @Override
    public void afterStep(Loop loop, long step) {
        if (step == loop.steps() - 1) {
            loop.gradients().trained().forEach(p -> loop.gradients().freeze(p, false));
            for (Site s : sites) {
                Canonical live = scores.get(s.name()).live();
                if (live != null) {
                    Seen.settle(loop, s, live);
                }
            }
            scores.clear();
        }
    }

    @Override
    public long bytes() {
        return scores.values().stream().mapToLong(Scores::bytes).sum();
    }

    @Override
    public void save(StateWriter out) {
        out.put("names", String.join("\n", scores.keySet()));
        scores.forEach((name, s) -> s.save(out.in(name)));
    }

    @Override
    public void load(StateReader in) {
        scores.clear();
        List<String> names = in.text("names").lines().toList();
        for (Site s : sites) {
            if (names.contains(s.name())) {
                scores.put(s.name(), Scores.load(in.in(s.name()), s));
            }
        }
    }
}
