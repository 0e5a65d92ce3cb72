package dev.filigree.prune.saliency;

import dev.filigree.base.Floats;
import dev.filigree.model.Site;
import dev.filigree.train.Hook;
import dev.filigree.train.Loop;
import java.util.List;

/** What each position of a network is worth before it was trained at all. */
public interface Saliency {

    /**
     * Scores to be compared over all sites. Called from {@link Hook#begin}; leaves weights and state of the loop as they were.
     *
     * @param sites   those that may be sparse; some of their positions may be dead already
     * @param batches that may be looked at, the first of the training set
     * @return for each site one number for each value it stores, in the order of its slots (padding included); high = keep
     */
    List<Floats> score(Loop loop, List<Site> sites, int batches);
}
