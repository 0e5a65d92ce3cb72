package dev.filigree.tensor;

import dev.filigree.kernel.CodedGroup;

/**
 * Sixteen steps on which the numbers of a group are rounded: {@code scale (code - zero)}, codes 0 to 15.
 *
 * @param scale a 32-bit float whose lower half is zero
 */
public record Grid(float scale, int zero) {

    /** Steps between the lowest and the highest number that are tried: fewer than 15 for numbers that are on a grid already, more where it pays to cut off the ends. */
    private static final int MOST_STEPS = 20;

    /**
     * The grid with the least squared error of those whose steps divide the span of the numbers and zero evenly. Numbers that this rounded stay as they are, for one of the
     * grids that are tried is theirs.
     */
    public static Grid of(float[] values, int from, int to) {
        float low = 0;
        float high = 0;
        for (int i = from; i < to; i++) {
            low = Math.min(low, values[i]);
            high = Math.max(high, values[i]);
        }
        Grid best = new Grid(1, 0);
        double least = Double.POSITIVE_INFINITY;
        for (int steps = MOST_STEPS; steps > 0 && high > low; steps--) {
            float scale = scale((high - low) / steps);
            Grid grid = new Grid(scale, Math.clamp(Math.round(-low / scale), 0, CodedGroup.HIGHEST));
            double error = 0;
            for (int i = from; i < to; i++) {
                double e = values[i] - grid.value(grid.code(values[i]));
                error += e * e;
            }
            if (error < least) {
                least = error;
                best = grid;
            }
        }
        return best;
    }

    /** The nearest number that can be a scale: its lower half is zero, and it is not. */
    public static float scale(float v) {
        return Float.intBitsToFloat(Math.max(1 << 16, Float.floatToRawIntBits(v) + 0x8000 & 0xFFFF_0000));
    }

    /** The nearest code. */
    public int code(float v) {
        return (int) Math.clamp(Math.rint(v / (double) scale) + zero, 0, CodedGroup.HIGHEST);
    }

    /** What a code stands for. */
    public float value(int code) {
        return scale * (code - zero);
    }
}
