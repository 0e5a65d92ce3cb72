package dev.filigree.prune;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Activation;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import dev.filigree.tensor.Matmul;
import dev.filigree.tensor.Tiled;
import java.lang.foreign.Arena;

/** Squared output errors as quadratic forms in a Gram matrix. */
public final class OutputError {

    private static final int WIDTH = Kernels.WIDTHS[Kernels.WIDTHS.length - 1];

    private OutputError() {
    }

    /** The length of the error of the outputs relative to the length of the outputs of {@code dense}, over all tokens. */
    public static double relative(Matrix dense, Matrix pruned, float[] gram, Compute compute) {
        float[] difference = new float[dense.values().length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = pruned.values()[i] - dense.values()[i];
        }
        double error = energy(new Matrix(dense.rows(), dense.cols(), difference), gram, compute);
        double all = energy(dense, gram, compute);
        return all == 0 ? 0 : Math.sqrt(error / all);
    }

    /** The sum over the rows d of {@code d^T G d}: the mean squared length of the outputs of these weights. */
    public static double energy(Matrix rows, float[] gram, Compute compute) {
        Matrix product = times(rows, gram, compute);
        double sum = 0;
        for (int i = 0; i < product.values().length; i++) {
            sum += (double) product.values()[i] * rows.values()[i];
        }
        return Math.max(0, sum);
    }

    /** What the outputs of {@code now} lack of those of {@code dense}, as the inputs see it: the difference of the weights times the Gram matrix. */
    public static Matrix residual(Matrix dense, Matrix now, float[] gram, Compute compute) {
        Matrix missing = dense.copy();
        for (int i = 0; i < missing.values().length; i++) {
            missing.values()[i] -= now.values()[i];
        }
        return times(missing, gram, compute);
    }

    /** The product of {@code a [rows x n]} and {@code b [n x n]}, by the dense kernel. */
    public static Matrix times(Matrix a, float[] b, Compute compute) {
        int n = a.cols();
        int panels = Math.ceilDiv(n, WIDTH);
        Matrix out = new Matrix(a.rows(), n, new float[a.rows() * n]);
        try (Arena arena = Arena.ofShared()) {
            Floats x = Floats.allocate(arena, panels * n * WIDTH);
            Floats tiles = Floats.allocate(arena, Tiled.tiles(a.rows()) * Kernels.TILE_ROWS * n);
            Floats y = Floats.allocate(arena, panels * a.rows() * WIDTH);
            compute.parallel().run(panels, p -> {
                for (int r = 0; r < n; r++) {
                    x.set((p * n + r) * WIDTH, b, r * n + p * WIDTH, Math.min(WIDTH, n - p * WIDTH));
                }
            });
            for (int r = 0; r < a.rows(); r++) {
                for (int c = 0; c < n; c++) {
                    tiles.set((r / Kernels.TILE_ROWS * n + c) * Kernels.TILE_ROWS + r % Kernels.TILE_ROWS, a.values()[r * n + c]);
                }
            }
            Matmul.apply(compute, new Tiled(a.rows(), n, tiles), null, Activation.NONE, x, y, panels, WIDTH);
            compute.parallel().run(panels, p -> {
                for (int r = 0; r < a.rows(); r++) {
                    y.get((p * a.rows() + r) * WIDTH, out.values(), r * n + p * WIDTH, Math.min(WIDTH, n - p * WIDTH));
                }
            });
        }
        return out;
    }
}
