package dev.filigree.prune.channels;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Entry;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.Ints;
import dev.filigree.base.Rng;
import dev.filigree.base.UserError;
import dev.filigree.model.Coupling;
import dev.filigree.model.Network;
import dev.filigree.train.Loop;
import dev.filigree.train.StateReader;
import dev.filigree.train.StateWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Decides first and shrinks afterwards (Jiang et al. 2022, arXiv:2201.06776): up to a share of the steps all gains {@code g} are pulled
 * as in {@link Slimming}; then the channels to be removed are chosen, and only theirs are pulled, {@code loss + only * sum over removed |g|},
 * so that those that stay are free to grow back.
 *
 * @param strength of the pull on all gains, at first
 * @param only     of the pull on those to be removed, later
 * @param at       share of the steps at which it is decided
 * @param together whether one threshold decides for all layers, as in the paper, instead of one for each
 */
public record MaskSparsity(double strength, double only, double at, boolean together) implements Channels {

    public static final Entry<Channels> ENTRY = Catalog.entry("mask-sparsity", "Jiang et al. 2022, arXiv:2201.06776", "as slimming at first, then pulls only the gains of the channels that are to be removed",
            List.of(Option.of("strength", 1e-4, "of the pull on all gains, at first"), Option.of("only", 5e-4, "of the pull on those to be removed, later"),
                    Option.of("at", 0.5, "share of the steps at which it is decided"), Gains.TOGETHER),
            s -> new MaskSparsity(s.number("strength"), s.number("only"), s.number("at"), s.flag("together")));

    public MaskSparsity {
        if (!(strength >= 0 && only >= 0 && at > 0 && at < 1)) {
            throw new UserError("channels mask-sparsity: found strength=" + strength + ", only=" + only + ", at=" + at + ", expected both pulls 0 or more and a share of the steps in (0, 1)");
        }
    }

    @Override
    public Choice prepare(double keep) {
        return new Masked(Ranking.checked(keep));
    }

    private final class Masked implements Choice {

        private final double share;
        private List<int[]> kept; // null until it is decided

        Masked(double share) {
            this.share = share;
        }

        @Override
        public void beforeStep(Loop loop, long step) {
            if (step == (long) (at * loop.steps())) {
                kept = largest((Network) loop.model());
            }
        }

        private List<int[]> largest(Network network) {
            List<Coupling> couplings = Gains.couplings("mask-sparsity", network);
            return Ranking.of(couplings, couplings.stream().map(Gains::sizes).toList(), share, together);
        }

        @Override
        public void differentiated(Loop loop, long step) {
            List<Coupling> couplings = Gains.couplings("mask-sparsity", (Network) loop.model());
            for (int i = 0; i < couplings.size(); i++) {
                if (kept == null) {
                    Gains.pull(loop, couplings.get(i), strength, any -> true);
                } else {
                    int[] stay = kept.get(i);
                    Gains.pull(loop, couplings.get(i), only, c -> Arrays.binarySearch(stay, c) < 0);
                }
            }
        }

        @Override
        public List<int[]> keep(Network network, Rng rng) {
            return kept == null ? largest(network) : kept;
        }

        @Override
        public void save(StateWriter out) {
            out.put("decided", kept == null ? 0L : kept.size());
            for (int i = 0; kept != null && i < kept.size(); i++) {
                out.put("kept" + i, Ints.of(kept.get(i)));
            }
        }

        @Override
        public void load(StateReader in) {
            int count = Math.toIntExact(in.integer("decided"));
            kept = count == 0 ? null : IntStream.range(0, count).mapToObj(i -> in.ints("kept" + i).toArray()).toList();
        }
    }
}
