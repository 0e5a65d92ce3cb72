package dev.filigree.prune.channels;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Coupling;
import dev.filigree.model.Network;
import dev.filigree.train.Loop;
import java.util.Arrays;
import java.util.List;

/**
 * A penalty of {@code strength * sum over channels of sqrt(values) |w_c|}, taken after every update as a proximal step with the learning rate {@code r}:
 * {@code w_c (1 - r strength sqrt(values) / |w_c|)}, and zero where that is negative. The strength decides how many channels are left; the longest of each
 * layer stay.
 */
public record GroupLasso(double strength) implements Channels {

    public static final Entry<Channels> ENTRY = Catalog.entry("group-lasso", "Yuan and Lin 2006, JRSS B 68; Wen et al. 2016, arXiv:1608.03665", "a penalty on the length of what makes a channel",
            List.of(Option.of("strength", 1e-3, "of the penalty, times the length and the root of its size")), s -> new GroupLasso(s.number("strength")));

    public GroupLasso {
        if (!(strength >= 0)) {
            throw new UserError("channels group-lasso: found strength=" + strength + ", expected 0 or more");
        }
    }

    @Override
    public Choice prepare(double keep) {
        double share = Ranking.checked(keep);
        return new Choice() {
            @Override
            public void updated(Loop loop, long step) {
                double t = loop.setup().rate() * loop.setup().rates().at(step, loop.steps()) * strength;
                for (Coupling c : ((Network) loop.model()).couplings()) {
                    double cut = t * Math.sqrt(Groups.size(c));
                    Groups.scale(c, Arrays.stream(Groups.lengths(c)).map(length -> length > cut ? 1 - cut / length : 0).toArray());
                }
            }

            @Override
            public List<int[]> keep(Network network, Rng rng) {
                return Ranking.each(network.couplings(), network.couplings().stream().map(Groups::lengths).toList(), share);
            }
        };
    }
}
