package dev.filigree.kernel.scalar;

import static dev.filigree.kernel.Kernels.TILE_ROWS;

import dev.filigree.base.Floats;
import dev.filigree.kernel.DenseGradients;

final class ScalarDenseGradients implements DenseGradients {

    @Override
    public void turn(Floats x, int features, int width, int from, Floats y) {
        for (int t = 0; t < width; t++) {
            for (int f = 0; f < GROUP; f++) {
                y.set(t * GROUP + f, from + f < features ? x.get((from + f) * width + t) : 0f);
            }
        }
    }

    @Override
    public void tiles(Floats dy, int apart, int rows, int width, int panels, Floats x, int cols, int fromCol, int fromTile, int toTile, Floats gradient,
            boolean add) {
        for (int r = fromTile * TILE_ROWS; r < toTile * TILE_ROWS; r++) {
            for (int c = fromCol; c < Math.min(cols, fromCol + GROUP); c++) {
                double sum = 0;
                for (int t = 0; r < rows && t < panels * width; t++) {
                    sum += (double) dy.get(t / width * apart + r * width + t % width) * x.get(t * GROUP + c - fromCol);
                }
                int slot = (r / TILE_ROWS * cols + c) * TILE_ROWS + r % TILE_ROWS;
                gradient.set(slot, (float) (add ? gradient.get(slot) + sum : sum));
            }
        }
    }

    @Override
    public void transpose(Floats w, int rows, int cols, int fromTile, int toTile, Floats out, int apart) {
        for (int c = fromTile * TILE_ROWS; c < toTile * TILE_ROWS; c++) {
            for (int r = 0; r < rows; r++) {
                out.set((c / TILE_ROWS * apart + r) * TILE_ROWS + c % TILE_ROWS, c < cols ? w.get((r / TILE_ROWS * cols + c) * TILE_ROWS + r % TILE_ROWS) : 0f);
            }
        }
    }
}
