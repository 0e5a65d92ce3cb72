package dev.filigree.prune.allocation;

import dev.filigree.model.Site;

/** What was found out about the weights of all sites before any was pruned. */
public interface Survey {

    /** The score of every unit of a site, in the order of its cells. */
    float[] unitScores(Site site);

    /** The mean squared length of the outputs of a site over the calibration tokens, bias apart. */
    double outputEnergy(Site site);

    /**
     * What pruning this site alone, to the share asked for, does to the model's result (the mean of 1 - cosine), for each
     * unit of squared output error relative to the output; 1 when no allocation asked.
     */
    double damage(Site site);
}
