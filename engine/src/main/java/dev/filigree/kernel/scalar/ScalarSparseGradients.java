package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.SparseGradients;

final class ScalarSparseGradients implements SparseGradients {

    @Override
    public void csr(Ints start, Shorts column, int chunk, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient, int fromRow,
            int toRow) {
        for (int c = 0; c * chunk < cols; c++) {
            for (int r = fromRow; r < toRow; r++) {
                for (int j = start.get(c * rows + r); j < start.get(c * rows + r + 1); j++) {
                    gradient.set(j, gradient.get(j) + product(dy, rows, r, x, cols, c * chunk + column.get(j), width, panels));
                }
            }
        }
    }

    @Override
    public void blocks(Ints start, Shorts column, int blockRows, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient, int fromBlock,
            int toBlock) {
        for (int b = fromBlock; b < toBlock; b++) {
            for (int j = start.get(b); j < start.get(b + 1); j++) {
                for (int i = 0; i < blockRows && b * blockRows + i < rows; i++) {
                    int at = j * blockRows + i;
                    gradient.set(at, gradient.get(at) + product(dy, rows, b * blockRows + i, x, cols, column.get(j), width, panels));
                }
            }
        }
    }

    @Override
    public void groups(Ints start, Shorts column, int groupCols, int chunk, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient,
            int fromRow, int toRow) {
        for (int c = 0; c * chunk < cols; c++) {
            for (int r = fromRow; r < toRow; r++) {
                for (int i = start.get(c * rows + r) * groupCols; i < start.get(c * rows + r + 1) * groupCols; i++) {
                    int k = c * chunk + column.get(i / groupCols) + i % groupCols;
                    gradient.set(i, gradient.get(i) + product(dy, rows, r, x, cols, k, width, panels));
                }
            }
        }
    }

    @Override
    public void rowSums(Floats dy, int rows, int width, int panels, Floats gradient, int fromRow, int toRow) {
        for (int r = fromRow; r < toRow; r++) {
            float sum = 0;
            for (int p = 0; p < panels; p++) {
                for (int t = 0; t < width; t++) {
                    sum += dy.get((p * rows + r) * width + t);
                }
            }
            gradient.set(r, gradient.get(r) + sum);
        }
    }

    @Override
    public void gram(Floats x, int features, int tokens, int width, Floats gram, int fromRow, int toRow) {
        for (int i = fromRow; i < toRow; i++) {
            for (int j = 0; j < features; j++) {
                float sum = 0;
                for (int t = 0; t < tokens; t++) {
                    int panel = t / width * features * width + t % width;
                    sum += x.get(panel + i * width) * x.get(panel + j * width);
                }
                gram.set(i * features + j, gram.get(i * features + j) + sum);
            }
        }
    }

    private static float product(Floats dy, int rows, int row, Floats x, int cols, int col, int width, int panels) {
        float sum = 0;
        for (int p = 0; p < panels; p++) {
            for (int t = 0; t < width; t++) {
                sum += dy.get((p * rows + row) * width + t) * x.get((p * cols + col) * width + t);
            }
        }
        return sum;
    }
}
