package dev.filigree.prune.channels;

import dev.filigree.base.Rng;
import dev.filigree.model.Network;
import dev.filigree.train.Hook;
import java.util.List;

/** Joins the training of a whole network and says in the end which of its channels stay. */
public interface Choice extends Hook {

    /**
     * Channels that stay, ascending, of each of {@link Network#couplings}.
     *
     * @param rng a stream that nobody else draws from
     */
    List<int[]> keep(Network network, Rng rng);
}
