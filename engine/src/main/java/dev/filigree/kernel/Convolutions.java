package dev.filigree.kernel;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;

/**
 * Convolutions over {@link Planes}: {@code y[o][q] = bias[o] + sum_j w[o][j] u[j][q]} where u is the unfolded image, one
 * row for each channel and tap of the {@link Window}. It exists in strips only: a 1x1 product reads the image itself,
 * others unfold one column chunk of one strip into the nearest cache, which aligns its reads. Indices were validated
 * when the weight was built and are not checked again.
 *
 * <p>{@code x} and {@code y} are whole buffers of {@code taps.in()} and {@code taps.out()}; {@code pixel} and
 * {@code count} are multiples of {@link Planes#UNIT} inside a plane, {@code count} at most {@link Planes#STRIP}. With a
 * {@link Taps#band} they are whole rows of it instead, see {@link Taps#strips}: what those see is copied, not unfolded.
 */
public interface Convolutions {

    /** Floats that {@code scratch} must hold for weights whose chunks have {@code chunk} columns. */
    static int scratch(Taps taps, int chunk) {
        if (taps.window().plain() || taps.in().dealt()) {
            return Planes.STRIP;
        }
        return Math.addExact(Math.multiplyExact(Math.max(chunk, taps.window().taps()), Planes.STRIP),
                Math.max(taps.in().plane(), taps.staged() ? taps.stagedLength() : 0) + 2 * taps.margin() + Planes.STRIP);
    }

    /** Rows {@code from .. to} of u for the pixels of a strip: {@code out [to - from] [count]}. */
    void unfold(Taps taps, Floats x, int group, int from, int to, int pixel, int count, Floats out, Floats scratch);

    /**
     * Dense weight in tiles, see {@link Products#tiled}.
     *
     * @param scratch for one chunk of all columns
     */
    void tiled(Taps taps, Floats w, Floats bias, Floats x, Floats y, int group, int pixel, int count, int fromTile, int toTile, Floats scratch);

    /**
     * Sparse rows in column chunks: the entries of row r in chunk c are {@code start[c*rows + r] .. start[c*rows + r + 1]}.
     *
     * @param chunk columns per chunk
     * @param bias  {@code rows} values, or null for zero
     * @param relu  whether y is {@code max(0, ..)} of the sum
     */
    void csr(Taps taps, Ints start, Ints column, Floats values, int chunk, Floats bias, boolean relu, Floats x, Floats y, int group, int pixel, int count,
            int fromRow, int toRow, Floats scratch);

    /**
     * {@code gradient[j] += sum over all images and pixels of dy[row(j)][q] u[column(j)][q]} for the entries of
     * {@link #csr} in chunks {@code fromChunk .. toChunk} of rows {@code fromRow .. toRow}, over the images of groups
     * {@code fromGroup .. toGroup}.
     *
     * @param dy zero in lanes past the last pixel and image
     */
    void csrGradient(Taps taps, Ints start, Ints column, int chunk, Floats dy, Floats x, Floats gradient, int fromGroup, int toGroup, int fromChunk,
            int toChunk, int fromRow, int toRow, Floats scratch);

    /**
     * The same at every position of tiles {@code fromTile .. toTile}.
     *
     * @param gradient as the weight of {@link #tiled}
     * @param scratch  for one chunk of all columns
     */
    void tiledGradient(Taps taps, Floats dy, Floats x, Floats gradient, int fromGroup, int toGroup, int fromTile, int toTile, Floats scratch);

    /**
     * Every channel by itself: {@code y[c][q] = bias[c] + sum_t w[c][t] u[c, t][q]} for channels {@code from .. to}.
     *
     * @param w {@code [channels] [taps]}
     */
    void depthwise(Taps taps, Floats w, Floats bias, Floats x, Floats y, int group, int from, int to, Floats scratch);

    /** {@code gradient[c][t] += sum over all images and pixels of dy[c][q] u[c, t][q]} for channels {@code from .. to}; dy as above. */
    void depthwiseGradient(Taps taps, Floats dy, Floats x, Floats gradient, int from, int to, Floats scratch);
}
