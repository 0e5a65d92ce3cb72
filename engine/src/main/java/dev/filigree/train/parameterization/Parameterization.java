package dev.filigree.train.parameterization;

import dev.filigree.base.Floats;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Branch;
import dev.filigree.model.Branched;
import dev.filigree.model.Network;
import dev.filigree.model.Site;
import dev.filigree.ops.Held;
import dev.filigree.tensor.Tiled;
import dev.filigree.train.Birth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What stands in the place of a weight from the first step to the last: a sum of {@link Branch branches} with fewer numbers than it has. */
public interface Parameterization {

    /**
     * Its first values.
     *
     * @param first the values {@code [rows x cols]} that the weight itself would be born with; they are forgotten afterwards
     */
    List<Branch> born(Site site, float[] first, Rng rng);

    /** A network with this in the place of the weights of some sites; all others are born dense. One weight at a time is dense for a moment. */
    default Branched born(Compute compute, Network network, Predicate<Site> which, Rng rng) {
        Birth birth = new Birth(compute, network, rng.split("birth"));
        Map<String, List<Branch>> sums = new LinkedHashMap<>();
        for (Site s : network.sites()) {
            if (which.test(s)) {
                float[] first = Birth.values(compute, network, s, Math.toIntExact(s.positions()), rng.split("first")).toArray();
                sums.put(s.name(), born(s, first, rng.split(s.name())));
            } else {
                birth.dense(s);
            }
        }
        return new Branched(network, Branched.Rest.TRAINED, sums);
    }

    /** Refuses shares that make no sense. */
    static void check(String name, double share, double kept) {
        if (!(share > 0 && share <= 1 && kept >= 0 && kept < share)) {
            throw new UserError("parameterization " + name + ": found share=" + share + " and kept=" + kept + ", expected a share of at most 1 and a smaller part of it kept, at least 0");
        }
    }

    /** The largest rank that leaves room for so many other numbers. */
    static int rank(String name, Site s, double share, long others) {
        int rank = (int) ((share * s.positions() - others) / (s.rows() + s.cols()));
        if (rank < 1) {
            throw new UserError("parameterization " + name + ": found share=" + share + ", which has no room for rank 1 beside " + others + " other numbers of " + s.name()
                    + " [" + s.rows() + " x " + s.cols() + "]; take a larger share or leave that weight as it is");
        }
        return rank;
    }

    /** A dense weight. */
    static Held dense(Site site, String part, int rows, int cols, Value value) {
        Tiled w = Tiled.room(rows, cols);
        Floats tiles = w.tiles();
        w.forEach((r, c, slot, v) -> tiles.set(slot, (float) value.at(r, c)));
        return new Held(site.name() + "." + part, w);
    }

    /** A number for each position. */
    @FunctionalInterface
    interface Value {
        double at(int row, int col);
    }
}
