package dev.filigree.kernel;

import dev.filigree.base.Floats;

/** Layer normalisation over the features of each token of one panel, {@code [features x width]}. */
public interface Norms {

    /**
     * {@code y = gain (x - mean) / sqrt(variance + eps) + shift}; y may be x.
     *
     * @param x offset {@code at} is where the panel starts in x and y
     */
    void layerNorm(Floats x, Floats y, int at, int features, int width, Floats gain, Floats shift, float eps);

    /**
     * Gradients of {@link #layerNorm} for one panel: writes dx, and adds the panel's part of the gain's and shift's
     * gradient into {@code dGain}, {@code dShift} (each {@code features}; the caller gives each panel its own).
     */
    void layerNormBackward(Floats x, Floats dy, Floats dx, int at, int features, int width, Floats gain, float eps, Floats dGain, Floats dShift);
}
