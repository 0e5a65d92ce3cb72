package dev.filigree.prune.regime;

import dev.filigree.base.Catalog;
import dev.filigree.base.Catalog.Option;
import dev.filigree.base.UserError;
import dev.filigree.model.Site;
import dev.filigree.prune.Footprint;
import dev.filigree.prune.allocation.Allocation;
import dev.filigree.train.Hook;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Lottery tickets by iterative magnitude pruning: train, prune the smallest share of each layer, put the survivors back to
 * what they were at the beginning (or after some steps), train again, round after round. The first values of every
 * position are kept to the end.
 *
 * @param share   that is pruned in each round; half of it in output layers
 * @param rewind  share of a round's steps whose values the survivors are put back to; 0 is the initialisation
 * @param control what the last round starts from
 */
public record Tickets(double share, double rewind, Control control) implements Regime {

    /** What the last round starts from, so that tickets can be compared with what they should beat. */
    public enum Control {
        /** The ticket: pruned positions, values of the beginning. */
        NONE,
        /** The same positions with fresh random values. */
        REINIT,
        /** As many positions in each layer at random, with fresh random values. */
        SHUFFLE
    }

    public static final Catalog.Entry<Regime> ENTRY = Catalog.entry("tickets", "Frankle and Carbin 2019, arXiv:1803.03635; Frankle et al. 2020, arXiv:1912.05671",
            "train, prune the smallest, put the rest back to the beginning, again and again",
            List.of(Option.of("share", 0.2, "share that is pruned in each round, half of it in output layers"),
                    Option.of("rewind", 0.0, "share of a round's steps whose values the survivors are put back to"),
                    Option.of("control", "none", "what the last round starts from: none (the ticket), reinit or shuffle")),
            s -> new Tickets(s.number("share"), s.number("rewind"), control(s.text("control"))));

    public Tickets {
        if (!(share > 0 && share < 1 && rewind >= 0 && rewind < 1)) {
            throw new UserError("method tickets: found share=" + share + ", rewind=" + rewind + ", expected share in (0, 1) and rewind in [0, 1)");
        }
    }

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_MASTER;
    }

    @Override
    public int rounds(double sparsity) {
        return 1 + prunings(sparsity);
    }

    /** Prunings until the target is reached. */
    private int prunings(double sparsity) {
        return (int) Math.ceil(Math.log(1 - sparsity) / Math.log(1 - share) - 1e-9);
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        return Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of(new Rounds(sites, sparsity, prunings(sparsity), share, rewind, control));
    }

    @Override
    public Regime with(Allocation allocation) {
        throw new UserError("--allocation: --method tickets prunes each layer by the same share in every round, leave it out");
    }

    private static Control control(String text) {
        try {
            return Control.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new UserError("setting 'control' of tickets: found '" + text + "', expected none, reinit or shuffle");
        }
    }
}
