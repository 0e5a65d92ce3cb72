package dev.filigree.prune.continual;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.drop.Smallest;
import dev.filigree.prune.regime.Worth;
import dev.filigree.tensor.Weight;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets only the most important weights of each site follow their gradients (dynamic gradient masking of Wang et al. 2022, SparCL,
 * arXiv:2209.09476): every so many steps they are chosen anew, before positions move in that step; where they have moved, all follow
 * until the next choice. Momentum goes on. The gradients of the others are computed and set to zero here; a device that
 * leaves them out saves their share of the operations.
 *
 * @param sites that are masked
 * @param share of the stored values of a site that follow
 * @param every steps from one choice to the next
 */
public final class GradientMask implements Hook {

    private final List<Site> sites;
    private final double share;
    private final int every;
    private final Worth worth;
    private final Map<Site, Staying> still = new HashMap<>();

    /** Slots of a weight that stay; the weight is null where they were read from a saved state. */
    private record Staying(Weight of, int[] slots) {
    }

    public GradientMask(List<Site> sites, double share, int every, Worth worth) {
        if (!(share > 0 && share <= 1 && every >= 1)) {
            throw new UserError("gradient mask: found share=" + share + ", every=" + every + ", expected a share in (0, 1] and every at least 1");
        }
        this.sites = List.copyOf(sites);
        this.share = share;
        this.every = every;
        this.worth = worth;
    }

    /** Comes before what moves positions: a gradient is that of the weights that are judged. */
    @Override
    public void afterBackward(Loop loop, long step) {
        for (Site s : sites) {
            Weight w = loop.model().param(s).backward();
            still.computeIfPresent(s, (site, known) -> known.of == null ? new Staying(w, known.slots) : known);
            if (step % every == 0) {
                Floats all = worth.of(loop, loop.model().param(s));
                still.put(s, new Staying(w, new Smallest().choose(all, (int) Math.round((1 - share) * all.length()))));
            }
        }
    }

    @Override
    public void differentiated(Loop loop, long step) {
        for (Site s : sites) {
            Weight w = loop.model().param(s).backward();
            Staying held = still.get(s);
            if (held != null && (held.of == null || held.of == w)) {
                Floats g = loop.gradients().of(loop.model().param(s));
                for (int slot : held.slots) {
                    g.set(slot, 0f);
                }
            }
        }
    }

    /** Where positions have moved there is nothing to go on with. */
    @Override
    public void afterStep(Loop loop, long step) {
        sites.forEach(s -> still.computeIfPresent(s, (site, held) -> held.of == null || held.of == loop.model().param(s).backward() ? held : null));
    }

    @Override
    public void save(StateWriter out) {
        still.forEach((s, held) -> out.put(s.name(), Ints.of(held.slots)));
    }

    @Override
    public void load(StateReader in) {
        still.clear();
        sites.forEach(s -> {
            if (in.has(s.name())) {
                still.put(s, new Staying(null, in.ints(s.name()).toArray()));
            }
        });
    }
}
