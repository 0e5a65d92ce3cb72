package dev.filigree.kernel.scalar;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Products;
import java.lang.foreign.MemorySegment;

final class ScalarProducts implements Products {

    @Override
    public void tiled(Floats w, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromTile, int toTile) {
        int tile = Kernels.TILE_ROWS;
        float[] sum = new float[width];
        for (int r = fromTile * tile; r < Math.min(rows, toTile * tile); r++) {
            java.util.Arrays.fill(sum, 0f);
            for (int k = 0; k < cols; k++) {
                addScaled(sum, w.get((r / tile * cols + k) * tile + r % tile), x, k);
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void csr(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromRow,
            int toRow) {
        float[] sum = new float[width];
        for (int r = fromRow; r < toRow; r++) {
            java.util.Arrays.fill(sum, 0f);
            for (int c = 0; c * chunk < cols; c++) {
                for (int j = start.get(c * rows + r); j < start.get(c * rows + r + 1); j++) {
                    addScaled(sum, values.get(j), x, c * chunk + column.get(j));
                }
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void blocks(Ints start, Shorts column, Floats values, int blockRows, Floats bias, int rows, Floats x, Floats y, int width, int fromBlock,
            int toBlock) {
        float[] sum = new float[width];
        for (int r = fromBlock * blockRows; r < Math.min(rows, toBlock * blockRows); r++) {
            java.util.Arrays.fill(sum, 0f);
            for (int j = start.get(r / blockRows); j < start.get(r / blockRows + 1); j++) {
                addScaled(sum, values.get(j * blockRows + r % blockRows), x, column.get(j));
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void nOfM(MemorySegment place, Floats values, int n, int m, Floats bias, int cols, Floats x, Floats y, int width, int fromRow, int toRow) {
        float[] sum = new float[width];
        int perRow = cols / m * n;
        for (int r = fromRow; r < toRow; r++) {
            java.util.Arrays.fill(sum, 0f);
            for (int i = 0; i < perRow; i++) {
                addScaled(sum, values.get(r * perRow + i), x, i / n * m + place.get(JAVA_BYTE, (long) r * perRow + i));
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void bitmap(MemorySegment bits, Ints start, Floats values, Floats bias, int cols, Floats x, Floats y, int width, int fromRow, int toRow) {
        float[] sum = new float[width];
        int words = (cols + 63) / 64;
        for (int r = fromRow; r < toRow; r++) {
            java.util.Arrays.fill(sum, 0f);
            int j = start.get(r);
            for (int i = 0; i < words; i++) {
                for (long left = bits.getAtIndex(JAVA_LONG, (long) r * words + i); left != 0; left &= left - 1) {
                    addScaled(sum, values.get(j++), x, i * 64 + Long.numberOfTrailingZeros(left));
                }
            }
            store(sum, bias, r, y);
        }
    }

    private static void addScaled(float[] sum, float weight, Floats x, int k) {
        for (int t = 0; t < sum.length; t++) {
            sum[t] += weight * x.get(k * sum.length + t);
        }
    }

    private static void store(float[] sum, Floats bias, int row, Floats y) {
        float b = bias == null ? 0f : bias.get(row);
        for (int t = 0; t < sum.length; t++) {
            y.set(row * sum.length + t, b + sum[t]);
        }
    }
}
