package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.FewTokens;
import dev.filigree.kernel.Products;

/** One token after the other. */
final class ScalarFewTokens implements FewTokens {

    private final Products products = new ScalarProducts();

    @Override
    public void product(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int tokens, int fromRow,
            int toRow) {
        for (int p = 0; p < tokens; p++) {
            products.csr(start, column, values, chunk, bias, rows, cols, x.slice(p * cols, cols), y.slice(p * rows, rows), 1, fromRow, toRow);
        }
    }

    @Override
    public void back(Ints start, Shorts column, Floats values, int chunk, int rows, int cols, Floats dy, Floats x, Floats dx, Floats gradient, int tokens,
            int inChunk, int fromRow, int toRow) {
        int first = inChunk * chunk;
        for (int p = 0; p < tokens; p++) {
            dx.slice(p * cols + first, Math.min(chunk, cols - first)).fill(0);
            for (int r = fromRow; r < toRow; r++) {
                float d = dy.get(p * rows + r);
                for (int j = start.get(inChunk * rows + r); j < start.get(inChunk * rows + r + 1); j++) {
                    int k = p * cols + first + column.get(j);
                    gradient.set(j, gradient.get(j) + d * x.get(k));
                    dx.set(k, dx.get(k) + values.get(j) * d);
                }
            }
        }
    }
}
