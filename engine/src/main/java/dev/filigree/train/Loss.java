package dev.filigree.train;

import java.util.Map;

/**
 * What one batch cost.
 *
 * @param total what is minimised
 * @param parts its summands by name, weighted
 */
public record Loss(double total, Map<String, Double> parts) {
}
