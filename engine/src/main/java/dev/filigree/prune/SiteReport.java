package dev.filigree.prune;

import dev.filigree.model.Site;
import java.util.OptionalDouble;

/**
 * What was done to one weight.
 *
 * @param asked         share of zeros that the allocation gave it
 * @param achieved      share of positions that are not stored any more
 * @param relativeError length of the error of its outputs relative to the length of the outputs, on the calibration text
 *                      as this site now sees it; empty when nothing was calibrated
 */
public record SiteReport(Site site, double asked, double achieved, OptionalDouble relativeError, double seconds) {
}
