package dev.filigree.calib;

/** What a method may want to know about the inputs x of a site, over all calibration tokens. Means, so that the number of tokens does not matter. */
public enum Need {
    /** The mean of each input: {@code [inputs]}. */
    INPUT_MEAN,
    /** The root mean square of each input: {@code [inputs]}. */
    INPUT_NORM,
    /** The variance of each input: {@code [inputs]}. */
    INPUT_VARIANCE,
    /** The mean of x x^T: {@code [inputs x inputs]}, row by row; squared output errors are quadratic forms in it. */
    GRAM,
    /** The mean of (x_dense - x) x^T: {@code [inputs x inputs]}: how far pruning upstream has moved the inputs. */
    DRIFT,
    /** The mean of x_dense - x: {@code [inputs]}. */
    MEAN_DRIFT,
    /**
     * The mean of (r_dense - r) x^T: {@code [outputs x inputs]}, where r is what the model adds to the outputs of the site
     * (a residual connection): how far pruning upstream has moved it. Gathered where something is added.
     */
    RESIDUAL_DRIFT,
    /** The mean of r_dense - r: {@code [outputs]}. */
    MEAN_RESIDUAL_DRIFT
}
