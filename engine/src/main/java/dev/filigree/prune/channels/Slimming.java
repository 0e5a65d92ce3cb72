package dev.filigree.prune.channels;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Coupling;
import dev.filigree.model.Network;
import dev.filigree.train.Loop;
import java.util.List;

/**
 * Pulls the gains {@code g} of batch normalisation towards zero while the network is trained, {@code loss + strength * sum |g|}, and
 * keeps the channels of the largest {@code |g|} (Liu et al. 2017, arXiv:1708.06519).
 *
 * @param strength 1e-4 in the paper, over 160 epochs; shorter runs need more
 * @param together whether one threshold decides for all layers, as in the paper, instead of one for each
 */
public record Slimming(double strength, boolean together) implements Channels {

    public static final Entry<Channels> ENTRY = Catalog.entry("slimming", "Liu et al. 2017, arXiv:1708.06519", "pulls all gains of batch normalisation to zero and keeps the largest of all layers",
            List.of(Option.of("strength", 1e-4, "of the pull, times the absolute gain in the loss"), Gains.TOGETHER), s -> new Slimming(s.number("strength"), s.flag("together")));

    public Slimming {
        if (!(strength >= 0)) {
            throw new UserError("channels slimming: found strength=" + strength + ", expected 0 or more");
        }
    }

    @Override
    public Choice prepare(double keep) {
        double share = Ranking.checked(keep);
        return new Choice() {
            @Override
            public void differentiated(Loop loop, long step) {
                Gains.couplings("slimming", (Network) loop.model()).forEach(c -> Gains.pull(loop, c, strength, any -> true));
            }

            @Override
            public List<int[]> keep(Network network, Rng rng) {
                List<Coupling> couplings = Gains.couplings("slimming", network);
                return Ranking.of(couplings, couplings.stream().map(Gains::sizes).toList(), share, together);
            }
        };
    }
}
