package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;

/**
 * Blocks of R consecutive outputs that share an input column ("4x1"): one index for R values, and one load of the input
 * for R products. The blocks of block row b are {@code start[b] .. start[b+1]}; block j holds
 * {@code values[j*blockRows ..]}. When rows is not a multiple of R the last block row is padded with zeros. Columns are
 * held in 16 bits, so there are at most 65536 of them.
 */
public record BlockCsr(int rows, int cols, int blockRows, Ints start, Shorts column, Floats values) implements Weight {

    /** @throws UserError an offset or a column that would lead outside of the matrix */
    public BlockCsr {
        Checked.shape(blockRows + "x1", rows, cols);
        if (blockRows < 1) {
            throw new IllegalArgumentException("blocks of " + blockRows + " rows");
        }
        if (cols > Shorts.RANGE) {
            throw new UserError(blockRows + "x1: blocks have at most " + Shorts.RANGE + " inputs, found " + cols + "; use an unstructured pattern for this matrix");
        }
        Checked.length(blockRows + "x1", "values", values.length(), (long) column.length() * blockRows);
        Checked.offsets(blockRows + "x1", start, Math.ceilDiv(rows, blockRows), column.length());
        Checked.columns(blockRows + "x1", start, 0, Math.ceilDiv(rows, blockRows), column, cols);
    }

    /** Packs {@code values}, in the canonical order of {@code t}, which must consist of whole blocks. */
    public static BlockCsr pack(Arena arena, Topology t, Floats values, int blockRows) {
        int blockRowCount = Math.ceilDiv(t.rows(), blockRows);
        Ints start = Ints.allocate(arena, blockRowCount + 1);
        int blocks = 0;
        for (int b = 0; b < blockRowCount; b++) {
            start.set(b, blocks);
            blocks += t.start().get(b * blockRows + 1) - t.start().get(b * blockRows);
        }
        start.set(blockRowCount, blocks);
        Shorts column = Shorts.allocate(arena, blocks);
        Floats packed = Floats.allocate(arena, Checked.elements(blockRows + "x1", "values", (long) blocks * blockRows));
        for (int b = 0; b < blockRowCount; b++) {
            int first = t.start().get(b * blockRows);
            int perRow = start.get(b + 1) - start.get(b);
            for (int r = b * blockRows; r < Math.min(t.rows(), (b + 1) * blockRows); r++) {
                int from = t.start().get(r);
                if (t.start().get(r + 1) - from != perRow) {
                    throw notBlocks(blockRows, r);
                }
                for (int i = 0; i < perRow; i++) {
                    int c = t.column().get(first + i);
                    if (t.column().get(from + i) != c) {
                        throw notBlocks(blockRows, r);
                    }
                    int block = start.get(b) + i;
                    column.set(block, c);
                    packed.set(block * blockRows + r % blockRows, values.get(from + i));
                }
            }
        }
        return new BlockCsr(t.rows(), t.cols(), blockRows, start, column, packed);
    }

    private static UserError notBlocks(int blockRows, int row) {
        return new UserError("the live positions do not form " + blockRows + "x1 blocks: row " + row + " differs from the others of its block");
    }

    /** Rows of blocks. */
    public int blockRowCount() {
        return Math.ceilDiv(rows, blockRows);
    }

    @Override
    public long nonZeros() {
        int tail = blockRowCount() - 1;
        long padding = (long) (blockRowCount() * blockRows - rows) * (start.get(tail + 1) - start.get(tail));
        return values.length() - padding;
    }

    @Override
    public long bytes() {
        return start.bytes() + column.bytes() + values.bytes();
    }

    @Override
    public String layout() {
        return blockRows + "x1";
    }

    @Override
    public void forEach(Visitor visitor) {
        for (int b = 0; b < blockRowCount(); b++) {
            for (int r = b * blockRows; r < Math.min(rows, (b + 1) * blockRows); r++) {
                for (int j = start.get(b); j < start.get(b + 1); j++) {
                    int slot = j * blockRows + r % blockRows;
                    visitor.at(r, column.get(j), slot, values.get(slot));
                }
            }
        }
    }
}
