package dev.filigree.kernel.scalar;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.MatrixVector;
import dev.filigree.kernel.Products;
import java.lang.foreign.MemorySegment;

/** A panel of width one is a vector. */
final class ScalarMatrixVector implements MatrixVector {

    private final Products products = new ScalarProducts();

    @Override
    public void tiled(Floats w, Floats bias, int rows, int cols, Floats x, Floats y, int fromTile, int toTile) {
        products.tiled(w, bias, rows, cols, x, y, 1, fromTile, toTile);
    }

    @Override
    public void csr(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int fromRow, int toRow) {
        products.csr(start, column, values, chunk, bias, rows, cols, x, y, 1, fromRow, toRow);
    }

    @Override
    public void nOfM(MemorySegment place, Floats values, int n, int m, Floats bias, int cols, Floats x, Floats y, int fromRow, int toRow) {
        products.nOfM(place, values, n, m, bias, cols, x, y, 1, fromRow, toRow);
    }

    @Override
    public void bitmap(MemorySegment bits, Ints start, Floats values, Floats bias, int cols, Floats x, Floats y, int fromRow, int toRow) {
        products.bitmap(bits, start, values, bias, cols, x, y, 1, fromRow, toRow);
    }

    @Override
    public void blocks(Ints start, Shorts column, Floats values, int blockRows, Floats bias, int rows, Floats x, Floats y, int fromBlock, int toBlock) {
        products.blocks(start, column, values, blockRows, bias, rows, x, y, 1, fromBlock, toBlock);
    }

    @Override
    public void groups(Ints start, Shorts column, Floats values, int groupCols, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int fromRow,
            int toRow) {
        products.groups(start, column, values, groupCols, chunk, bias, rows, cols, x, y, 1, fromRow, toRow);
    }

    @Override
    public void codedGroups(Ints start, Ints word, MemorySegment codes, Floats bias, Floats x, Floats y, int fromRow, int toRow) {
        products.codedGroups(start, word, codes, bias, x, y, 1, fromRow, toRow);
    }

    @Override
    public void codedBlocks(Ints start, Shorts column, Coded values, Ints scaleStart, int group, int blockRows, Floats bias, int rows, Floats x, Floats y,
            int fromBlock, int toBlock) {
        products.codedBlocks(start, column, values, scaleStart, group, blockRows, bias, rows, x, y, 1, fromBlock, toBlock);
    }

    @Override
    public void columns(Coded w, int tileRows, int group, Floats bias, int rows, int cols, Floats x, Floats y, int fromUnit, int toUnit) {
        for (int r = fromUnit * COLUMN_ROWS; r < Math.min(rows, toUnit * COLUMN_ROWS); r++) {
            float sum = 0;
            for (int k = 0; k < cols; k++) {
                if (x.get(k) != 0) {
                    sum += ScalarProducts.columnsValue(w, tileRows, group, rows, cols, r, k) * x.get(k);
                }
            }
            y.set(r, (bias == null ? 0f : bias.get(r)) + sum);
        }
    }

    @Override
    public void sliced(Shorts steps, Ints firstStep, Ints firstCode, MemorySegment code, Floats values, Floats bias, int rows, int cols, Floats x, Floats y,
            int fromSlice, int toSlice) {
        products.sliced(steps, firstStep, firstCode, code, values, bias, rows, cols, x, y, 1, fromSlice, toSlice);
    }
}
