package dev.filigree.tensor;

import dev.filigree.base.Floats;

/** Scales of symmetric 8-bit codes: the largest magnitude of a group becomes 127. */
final class Quantise {

    private static final int LARGEST = 127;

    private Quantise() {
    }

    /** Scale {@code i} grows to hold {@code value}. */
    static void widen(Floats scales, int i, float value) {
        scales.set(i, Math.max(scales.get(i), Math.abs(value)));
    }

    /** The scale of a group by its largest magnitude; that of zeros is small enough that no rounding of a sum of codes shows. */
    static float scale(float largest) {
        return Math.max(Float.MIN_NORMAL, largest / LARGEST);
    }

    /** From largest magnitudes to scales. */
    static void finish(Floats scales) {
        for (int i = 0; i < scales.length(); i++) {
            scales.set(i, scale(scales.get(i)));
        }
    }
}
