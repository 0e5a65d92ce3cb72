package dev.filigree.train;

import dev.filigree.base.UserError;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.tensor.Tiled;
import java.lang.foreign.Arena;

/**
 * Sparse pretraining, dense fine-tuning (Thangarasa et al. 2023, arXiv:2303.10464): a network that was pretrained with random
 * positions that stay lets all positions live, and those that come to life begin at exactly zero. It computes what it
 * computed; a loop that is made for it now has moments for every position, and all are fresh.
 */
public final class Freed {

    private Freed() {
    }

    /** Lets every position of every weight live, in place. */
    public static void all(Network network) {
        for (Site s : network.sites()) {
            if (s.groups() > 1) {
                throw new UserError("sparse pretraining: " + s.name() + " is a convolution in groups, whose zeros between the groups are not to live; train it as it is");
            }
            network.param(s).set(Tiled.pack(Arena.ofAuto(), network.param(s).forward()));
        }
    }
}
