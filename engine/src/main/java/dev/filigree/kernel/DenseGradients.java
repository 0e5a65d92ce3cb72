package dev.filigree.kernel;

import dev.filigree.base.Floats;

/**
 * Gradients of a dense weight in tiles, {@code [ceil(rows/4)] [cols] [4]}, and the turning of its factors and of the weight
 * itself that its way back needs.
 */
public interface DenseGradients {

    /** Columns that {@link #tiles} treats together. */
    int GROUP = 64;

    /**
     * Turns one panel tokens outwards: {@code y[t][f] = x[from + f][t]} for {@code f < 64}, zero past the last feature.
     *
     * @param x the panel, {@code [features] [width]}
     * @param y {@code [width] [64]}
     */
    void turn(Floats x, int features, int width, int from, Floats y);

    /**
     * {@code gradient[tile][c][r] = sum_t dy[4 tile + r][t] x[t][c]} for tiles {@code fromTile .. toTile} and columns
     * {@code fromCol .. min(cols, fromCol + 64)}; zero for rows past the last.
     *
     * @param dy       {@code [panels] [..] [width]}, from the first row on; panels are {@code apart} floats from each other
     * @param rows     of the gradient
     * @param x        {@code [panels * width] [64]}: the columns from {@code fromCol} on
     * @param gradient {@code [ceil(rows/4)] [cols] [4]}
     * @param add      to what gradient holds, instead of overwriting it
     */
    void tiles(Floats dy, int apart, int rows, int width, int panels, Floats x, int cols, int fromCol, int fromTile, int toTile, Floats gradient, boolean add);

    /**
     * The transpose of a weight in tiles: {@code out[c / 4][r][c % 4] = w[r / 4][c][r % 4]}, zero where c is past the last
     * column, for tiles {@code fromTile .. toTile} of out.
     *
     * @param out   {@code [ceil(cols/4)] [apart] [4]}
     * @param apart {@code rows}, or more where w is a part of what is turned
     */
    void transpose(Floats w, int rows, int cols, int fromTile, int toTile, Floats out, int apart);
}
