package dev.filigree.prune;

import dev.filigree.base.Rng;
import dev.filigree.calib.Evidence;
import dev.filigree.kernel.Compute;
import dev.filigree.model.Site;

/**
 * One weight to be judged.
 *
 * @param weights  may be read, not written
 * @param evidence at least what the judge said that it needs
 * @param rng      a stream of this site's own
 */
public record Subject(Site site, Matrix weights, Evidence evidence, Compute compute, Rng rng) {
}
