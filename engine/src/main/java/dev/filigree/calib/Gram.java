package dev.filigree.calib;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.ops.Value;
import dev.filigree.ops.Workspace;

/**
 * The running sum of {@code a^T b} over tokens, for values {@code [tokens x m]} and {@code [tokens x n]}. Each batch is one product of the dense
 * kernel (single precision inside a batch, double precision across batches); when a and b are the same value only one
 * half is computed.
 */
final class Gram {

    private static final int WIDTH = Kernels.WIDTHS[Kernels.WIDTHS.length - 1];
    private static final int TILE = Kernels.TILE_ROWS;

    private final int m;
    private final int n;
    private final int tiles;
    private final int panels;
    private final double[] sum;
    private final boolean symmetric;
    private final Workspace workspace;

    /**
     * @param symmetric whether a and b will always be the same value
     * @param workspace lends room while a batch is added
     */
    Gram(int m, int n, boolean symmetric, Workspace workspace) {
        this.m = m;
        this.n = n;
        this.symmetric = symmetric;
        this.tiles = Math.ceilDiv(m, TILE);
        this.panels = Math.ceilDiv(n, WIDTH);
        this.sum = new double[Math.multiplyExact(m, n)];
        this.workspace = workspace;
    }

    /** Adds the tokens of one batch; {@code b} is {@code a} itself when symmetric. */
    void add(Compute compute, Value a, Value b) {
        int tokens = a.tokens();
        Floats left = workspace.take(tiles * TILE * tokens);
        Floats right = workspace.take(panels * WIDTH * tokens);
        Floats product = workspace.take(Math.multiplyExact(panels * WIDTH, m));
        compute.parallel().run(tiles, tile -> gather(a, m, left, tile, TILE));
        compute.parallel().run(panels, p -> gather(b, n, right, p, WIDTH));
        compute.parallel().run(panels, p -> {
            Floats y = product.slice(p * m * WIDTH, m * WIDTH);
            int fromTile = symmetric ? p * WIDTH / TILE : 0;
            compute.kernels().products().tiled(left, null, m, tokens, right.slice(p * tokens * WIDTH, tokens * WIDTH), y, WIDTH, fromTile, tiles);
            int columns = Math.min(WIDTH, n - p * WIDTH);
            float[] sums = new float[WIDTH];
            for (int row = fromTile * TILE; row < m; row++) {
                int to = row * n + p * WIDTH;
                y.get(row * WIDTH, sums, 0, columns);
                for (int c = 0; c < columns; c++) {
                    sum[to + c] += sums[c];
                }
            }
        });
        workspace.give(left);
        workspace.give(right);
        workspace.give(product);
    }

    /** The sum divided by {@code tokens}, {@code [m x n]}. */
    float[] mean(long tokens) {
        float[] mean = new float[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double v = symmetric && j > i ? sum[j * n + i] : sum[i * n + j];
                mean[i * n + j] = (float) (v / tokens);
            }
        }
        return mean;
    }

    /** Copies the features {@code strip * size ..} of every real token to {@code [strip] [tokens] [size]}. */
    private static void gather(Value v, int features, Floats out, int strip, int size) {
        int live = Math.min(size, features - strip * size);
        float[] row = new float[v.width()];
        float[] block = new float[v.width() * size]; // turned here: an access to a segment checks its bounds each time
        for (int p = 0; p < v.panels(); p++) {
            int tokens = Math.min(v.width(), v.tokens() - p * v.width());
            for (int f = 0; f < live; f++) {
                v.data().get(v.at(p * v.width(), strip * size + f), row, 0, tokens);
                for (int t = 0; t < tokens; t++) {
                    block[t * size + f] = row[t];
                }
            }
            out.set((strip * v.tokens() + p * v.width()) * size, block, 0, tokens * size);
        }
    }
}
