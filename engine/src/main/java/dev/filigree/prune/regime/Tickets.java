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
 * Lottery tickets by iterative magnitude pruning: train, prune the smallest of each layer, put the survivors back to
 * what they were at the beginning (or after some steps), train again, round after round. The first values of every
 * position are kept to the end.
 *
 * @param cull    how many survive in each round
 * @param rewind  share of a round's steps whose values the survivors are put back to; 0 is the initialisation
 * @param control what the last round starts from
 */
public record Tickets(Cull cull, double rewind, Control control) implements Regime {

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
            s -> new Tickets(new Cull.Share(s.number("share")), s.number("rewind"), control(s.text("control"))));

    /** As many die in each round as the distribution of the weights says can be spared. */
    public static final Catalog.Entry<Regime> SAP = Catalog.entry("sap", "Diao et al. 2023, arXiv:2302.05601",
            "tickets whose layers are pruned in each round by how unequal their weights are",
            List.of(Option.of("prunings", 10, "how often; the last one reaches the sparsity"), Option.of("gamma", 1.0, "how much of what could be spared dies"),
                    Option.of("most", 0.9, "largest share of a layer that dies at once"), Option.of("rewind", 0.0, "share of a round's steps whose values the survivors are put back to")),
            s -> new Tickets(new PqIndex(s.integer("prunings"), s.number("gamma"), s.number("most")), s.number("rewind"), Control.NONE));

    public Tickets {
        if (!(rewind >= 0 && rewind < 1)) {
            throw new UserError("method tickets: found rewind=" + rewind + ", expected rewind in [0, 1)");
        }
    }

    @Override
    public Footprint footprint() {
        return Footprint.DENSE_MASTER;
    }

    @Override
    public int rounds(double sparsity) {
        return 1 + cull.prunings(sparsity);
    }

    @Override
    public Map<Site, Long> births(List<Site> sites, double sparsity) {
        return Map.of();
    }

    @Override
    public List<Hook> hooks(List<Site> sites, double sparsity) {
        return List.of(new Rounds(sites, sparsity, cull, rewind, control));
    }

    @Override
    public Regime with(Allocation allocation) {
        throw new UserError("--allocation: each round of --method tickets and sap decides for itself what every layer keeps, leave it out");
    }

    private static Control control(String text) {
        try {
            return Control.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new UserError("setting 'control' of tickets: found '" + text + "', expected none, reinit or shuffle");
        }
    }
}
