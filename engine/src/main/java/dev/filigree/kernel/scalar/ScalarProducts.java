package dev.filigree.kernel.scalar;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.CodedGroup;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.MatrixVector;
import dev.filigree.kernel.Products;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

final class ScalarProducts implements Products {

    @Override
    public void tiled(Floats w, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromTile, int toTile) {
        int tile = Kernels.TILE_ROWS;
        float[] sum = new float[width];
        for (int r = fromTile * tile; r < Math.min(rows, toTile * tile); r++) {
            Arrays.fill(sum, 0f);
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
            Arrays.fill(sum, 0f);
            for (int c = 0; c * chunk < cols; c++) {
                for (int j = start.get(c * rows + r); j < start.get(c * rows + r + 1); j++) {
                    addScaled(sum, values.get(j), x, c * chunk + column.get(j));
                }
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void addCsr(Ints start, Shorts column, Floats values, int chunk, int rows, int cols, Floats x, Floats y, int width, int fromRow, int toRow) {
        Floats part = Floats.allocate(rows * width);
        csr(start, column, values, chunk, null, rows, cols, x, part, width, fromRow, toRow);
        for (int i = fromRow * width; i < toRow * width; i++) {
            y.set(i, y.get(i) + part.get(i));
        }
    }

    @Override
    public void blocks(Ints start, Shorts column, Floats values, int blockRows, Floats bias, int rows, Floats x, Floats y, int width, int fromBlock,
            int toBlock) {
        float[] sum = new float[width];
        for (int r = fromBlock * blockRows; r < Math.min(rows, toBlock * blockRows); r++) {
            Arrays.fill(sum, 0f);
            for (int j = start.get(r / blockRows); j < start.get(r / blockRows + 1); j++) {
                addScaled(sum, values.get(j * blockRows + r % blockRows), x, column.get(j));
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void groups(Ints start, Shorts column, Floats values, int groupCols, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int width,
            int fromRow, int toRow) {
        float[] sum = new float[width];
        for (int r = fromRow; r < toRow; r++) {
            Arrays.fill(sum, 0f);
            for (int c = 0; c * chunk < cols; c++) {
                for (int i = start.get(c * rows + r) * groupCols; i < start.get(c * rows + r + 1) * groupCols; i++) {
                    addScaled(sum, values.get(i), x, c * chunk + column.get(i / groupCols) + i % groupCols);
                }
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void codedGroups(Ints start, Ints word, MemorySegment codes, Floats bias, Floats x, Floats y, int width, int fromRow, int toRow) {
        float[] sum = new float[width];
        for (int r = fromRow; r < toRow; r++) {
            Arrays.fill(sum, 0f);
            for (int j = start.get(r); j < start.get(r + 1); j++) {
                int w = word.get(j);
                for (int i = 0; i < CodedGroup.SIZE; i++) {
                    addScaled(sum, (CodedGroup.code(codes, j, i) - CodedGroup.zero(w)) * CodedGroup.scale(w), x, CodedGroup.column(w) + i);
                }
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void nOfM(MemorySegment place, Floats values, int n, int m, Floats bias, int cols, Floats x, Floats y, int width, int fromRow, int toRow) {
        float[] sum = new float[width];
        int perRow = cols / m * n;
        for (int r = fromRow; r < toRow; r++) {
            Arrays.fill(sum, 0f);
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
            Arrays.fill(sum, 0f);
            int j = start.get(r);
            for (int i = 0; i < words; i++) {
                for (long left = bits.getAtIndex(JAVA_LONG, (long) r * words + i); left != 0; left &= left - 1) {
                    addScaled(sum, values.get(j++), x, i * 64 + Long.numberOfTrailingZeros(left));
                }
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void codedBlocks(Ints start, Shorts column, Coded values, Ints scaleStart, int group, int blockRows, Floats bias, int rows, Floats x, Floats y,
            int width, int fromBlock, int toBlock) {
        float[] sum = new float[width];
        for (int r = fromBlock * blockRows; r < Math.min(rows, toBlock * blockRows); r++) {
            Arrays.fill(sum, 0f);
            int b = r / blockRows;
            for (int j = start.get(b); j < start.get(b + 1); j++) {
                int scale = (scaleStart.get(b) + (j - start.get(b)) / group) * blockRows + r % blockRows;
                addScaled(sum, values.code(Coded.inBlock(values.type(), blockRows, j, r % blockRows)) * scale(values, scale), x, column.get(j));
            }
            store(sum, bias, r, y);
        }
    }

    @Override
    public void columns(Coded w, int tileRows, int group, Floats bias, int rows, int cols, Floats x, Floats y, int panels, int width, int fromUnit, int toUnit) {
        float[] sum = new float[width];
        for (int p = 0; p < panels; p++) {
            Floats xp = x.slice(p * cols * width, cols * width);
            Floats yp = y.slice(p * rows * width, rows * width);
            for (int r = fromUnit * MatrixVector.COLUMN_ROWS; r < Math.min(rows, toUnit * MatrixVector.COLUMN_ROWS); r++) {
                Arrays.fill(sum, 0f);
                for (int k = 0; k < cols; k++) {
                    addScaled(sum, columnsValue(w, tileRows, group, rows, cols, r, k), xp, k);
                }
                store(sum, bias, r, yp);
            }
        }
    }

    static float columnsValue(Coded w, int tileRows, int group, int rows, int cols, int row, int col) {
        int tile = row / tileRows;
        int first = tile * tileRows;
        int padded = (rows + MatrixVector.COLUMN_ROWS - 1) / MatrixVector.COLUMN_ROWS * MatrixVector.COLUMN_ROWS;
        return w.code((long) first * cols + (long) col * MatrixVector.columnTileRows(rows, tileRows, tile) + row - first) * scale(w, col / group * padded + row);
    }

    @Override
    public void sliced(Shorts steps, Ints firstStep, Ints firstCode, MemorySegment code, Floats values, Floats bias, int rows, int cols, Floats x, Floats y,
            int width, int fromSlice, int toSlice) {
        int segments = (cols + MatrixVector.SEGMENT - 1) / MatrixVector.SEGMENT;
        float[] sum = new float[width];
        for (int r = fromSlice * MatrixVector.SLICE_ROWS; r < Math.min(rows, toSlice * MatrixVector.SLICE_ROWS); r++) {
            Arrays.fill(sum, 0f);
            int slice = r / MatrixVector.SLICE_ROWS;
            int lane = r % MatrixVector.SLICE_ROWS;
            int step = firstStep.get(slice);
            long unit = firstCode.get(slice);
            for (int g = 0; g < segments; g++) {
                int count = steps.get(slice * segments + g);
                for (int i = 0; i < count; i++) {
                    int c = code.get(JAVA_BYTE, (unit + i / 4) * Coded.UNIT + 4 * lane + i % 4) & MatrixVector.SEGMENT - 1;
                    addScaled(sum, values.get((step + i) * MatrixVector.SLICE_ROWS + lane), x, g * MatrixVector.SEGMENT + c);
                }
                step += count;
                unit += (count + 3) / 4;
            }
            store(sum, bias, r, y);
        }
    }

    private static float scale(Coded values, int i) {
        return values.scales() == null ? 1f : values.scales().get(i);
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
