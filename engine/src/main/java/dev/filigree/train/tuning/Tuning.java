package dev.filigree.train.tuning;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Branch;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Tiled;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How a pretrained network is tuned for another task: its weights stay as they are, and a change that is added to them is trained,
 * as {@link dev.filigree.model.Branched} has it. Changes are values of their own: they are kept without the network, and
 * several of them can be added to it. A change begins at zero, so that the network begins as it was.
 */
public interface Tuning {

    /**
     * What a change may be chosen by.
     *
     * @param base  the pretrained network
     * @param tuned a copy of it, all of which was trained for the task: for methods that look at what moves
     * @param rng   a stream that nobody else draws from
     */
    record Start(Compute compute, Network base, Supplier<Network> tuned, Rng rng) {

        /** Positions of all prunable weights. */
        long positions() {
            return base.positions();
        }
    }

    /** The change as it begins, by the names of sites; it holds at most the share of the prunable weights that was asked for. */
    Map<String, List<Branch>> begin(Start start);

    /** Refuses what is no share. */
    static double share(String method, double share) {
        if (!(share > 0 && share <= 1)) {
            throw new UserError("tuning " + method + ": found share=" + share + ", expected a share of the weights above 0 and at most 1");
        }
        return share;
    }

    /** A dense weight of zeros that is part of a change. */
    static Held zeros(Site site, String part, int rows, int cols) {
        return new Held(site.name() + "." + part, Tiled.room(rows, cols));
    }

    /** The same with normal values. */
    static Held normal(Site site, String part, int rows, int cols, double deviation, Rng rng) {
        Tiled w = Tiled.room(rows, cols);
        Rng stream = rng.split(site.name());
        Floats tiles = w.tiles();
        w.forEach((r, c, slot, v) -> tiles.set(slot, (float) (deviation * stream.nextGaussian())));
        return new Held(site.name() + "." + part, w);
    }
}
