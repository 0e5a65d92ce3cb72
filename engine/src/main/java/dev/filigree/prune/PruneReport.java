package dev.filigree.prune;

import java.util.List;

/**
 * What was done to a model.
 *
 * @param sites     in the order in which they were pruned
 * @param footprint what was held while working
 * @param spilled   bytes of activations that did not fit into memory
 */
public record PruneReport(List<SiteReport> sites, Footprint footprint, long spilled, double seconds) {

    public PruneReport {
        sites = List.copyOf(sites);
    }

    /** Share of positions of all pruned sites that are not stored any more. */
    public double achieved() {
        double zeros = 0;
        double all = 0;
        for (SiteReport s : sites) {
            zeros += s.achieved() * s.site().positions();
            all += s.site().positions();
        }
        return all == 0 ? 0 : zeros / all;
    }
}
