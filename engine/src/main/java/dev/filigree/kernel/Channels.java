package dev.filigree.kernel;

import dev.filigree.base.Floats;

/**
 * Loops over the channels of images in {@link Planes}: what batch normalisation and pooling are made of. Ranges are
 * neighbouring floats of one plane. Sums are made in a fixed order.
 */
public interface Channels {

    /** {@code sum x}. */
    double sum(Floats x, int from, int count);

    /** Adds to {@code sums} the sum of {@code x - origin} and that of its squares. */
    void moments(Floats x, float origin, int from, int count, double[] sums);

    /**
     * {@code y = gain x + shift + residual}, and with {@code relu} the larger of that and zero; y may be x or the residual.
     *
     * @param residual null for none
     */
    void scale(float gain, float shift, Floats x, Floats residual, boolean relu, Floats y, int from, int count);

    /** Adds to {@code sums} the sum of dy and that of {@code dy (x - mean)}. */
    void backwardSums(Floats x, float mean, Floats dy, int from, int count, double[] sums);

    /**
     * The same after it set dy to zero where y is not above zero.
     *
     * @param y the result of {@link #scale}; null for that of {@code gain} and {@code shift} without a residual, which is
     *          then made again and not read from memory
     */
    void backwardSums(Floats x, float mean, float gain, float shift, Floats y, Floats dy, int from, int count, double[] sums);

    /** {@code dx = a dy + b x + c}; dx may be dy. */
    void blend(float a, Floats dy, float b, Floats x, float c, Floats dx, int from, int count);

    /**
     * {@code y[q]} = the largest pixel that the window of output pixel q sees, zero where it sees none, for one channel.
     * Strides are the window's; it has no spread.
     */
    void maxPool(Window window, Planes in, Planes out, Floats x, Floats y, int group, int channel);

    /** Adds dy to dx at the first pixel, tap by tap, that equals y. */
    void maxPoolBackward(Window window, Planes in, Planes out, Floats x, Floats y, Floats dy, Floats dx, int group, int channel);

    /** {@code y[q]} = the mean of the pixels that the window of q sees, zero where it sees none, for one channel. */
    void meanPool(Window window, Planes in, Planes out, Floats x, Floats y, int group, int channel);

    /** Adds to dx, at every pixel that the window of q sees, its share of dy[q]. */
    void meanPoolBackward(Window window, Planes in, Planes out, Floats dy, Floats dx, int group, int channel);
}
