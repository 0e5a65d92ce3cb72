package dev.filigree.prune.regime;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import dev.filigree.grad.Factors;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.prune.drop.Drop;
import dev.filigree.prune.growth.Growth;
import dev.filigree.prune.schedule.Churn;
import dev.filigree.tensor.Canonical;
import dev.filigree.tensor.Rewiring;
import dev.filigree.tensor.Slots;
import dev.filigree.tensor.Tiled;
import dev.filigree.tensor.Topology;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Moves live positions while a network is trained: in each sparse weight some die and as many are born, with value and
 * optimizer state zero. Happens between the backward pass and the update, so that the gradient is that of the weights
 * that are judged.
 *
 * @param when  the share, and in which steps
 * @param worth what is ranked when some die
 */
public record Rewire(Drop drop, Growth grow, Churn when, Worth worth) implements Hook {

    /** Ranks the weights themselves. */
    public Rewire(Drop drop, Growth grow, Churn when) {
        this(drop, grow, when, (loop, p) -> Slots.of(p.backward()));
    }

    @Override
    public void beforeStep(Loop loop, long step) {
        if (grow.needsGradient() && fires(loop, step)) {
            loop.model().sites().stream().filter(s -> sparse(loop, s)).forEach(s -> loop.tape().keepFactors(loop.model().param(s)));
        }
    }

    @Override
    public void afterBackward(Loop loop, long step) {
        if (fires(loop, step)) {
            for (Site site : loop.model().sites()) {
                if (sparse(loop, site)) {
                    rewire(loop, site, when.share(step, loop.steps()), loop.rng("rewire").split(site.name() + " " + step));
                }
            }
        }
    }

    private void rewire(Loop loop, Site site, double share, Rng rng) {
        Held p = loop.model().param(site);
        Weight w = p.backward();
        int count = (int) Math.min(Math.round(share * w.nonZeros()), w.positions() - w.nonZeros());
        if (count == 0) {
            return;
        }
        Parallel parallel = loop.compute().parallel();
        List<Factors> gradient = grow.needsGradient() ? loop.tape().factors(p) : List.of();
        try (Arena arena = Arena.ofShared()) {
            Canonical now = Canonical.of(arena, parallel, w);
            Floats values = now.values(arena, parallel, Slots.of(w));
            int[] dies = drop.choose(now.values(arena, parallel, worth.of(loop, p)), count);
            Topology survivors = Rewiring.of(arena, parallel, now.live(), dies, new long[0]).after();
            Rewiring change = Rewiring.of(arena, parallel, now.live(), dies, grow.births(loop.compute(), survivors, count, gradient, rng));
            loop.rewire(site, now, change, change.values(arena, parallel, values));
        }
    }

    private boolean fires(Loop loop, long step) {
        return when.fires(step, loop.steps(), loop.stepsPerEpoch());
    }

    private static boolean sparse(Loop loop, Site site) {
        return !(loop.model().param(site).backward() instanceof Tiled);
    }
}
