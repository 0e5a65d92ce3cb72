package dev.filigree.prune;

import dev.filigree.base.Floats;
import dev.filigree.tensor.Topology;

/**
 * What is left of one weight.
 *
 * @param values every position, zero where not live
 * @param live   {@code [rows x cols]}
 */
public record Kept(Matrix values, boolean[] live) {

    public Topology topology() {
        return Matrix.topology(values.rows(), values.cols(), live);
    }

    /** The values at {@code topology}, which is this one's, in canonical order. */
    public Floats canonical(Topology topology) {
        return values.at(topology);
    }
}
