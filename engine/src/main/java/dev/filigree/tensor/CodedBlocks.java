package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Coded;
import java.lang.foreign.Arena;
import java.util.Set;

/**
 * Blocks of 4, 8 or 16 consecutive outputs that share an input column, in 16 or 8 bits: for one token at a time, where bytes
 * are what counts. Every block row is filled up to whole units of 64 bytes with blocks of zeros. With 8 bits each of a
 * block row's outputs has a scale, or one for each group of blocks.
 *
 * @param count      stored blocks of each block row, without those that fill up
 * @param start      first block of each block row, {@code ceil(rows/blockRows) + 1}
 * @param scaleStart groups before those of a block row, {@code ceil(rows/blockRows) + 1}
 * @param group      blocks that share their scales, whole units
 */
public record CodedBlocks(int rows, int cols, int blockRows, Ints start, Ints count, Shorts column, Coded values, Ints scaleStart, int group)
        implements Weight {

    /** Heights of blocks that fill a unit evenly. */
    public static final Set<Integer> HEIGHTS = Set.of(4, 8, 16);

    public CodedBlocks {
        String layout = label(blockRows, values.type());
        Checked.shape(layout, rows, cols);
        Checked.nativeMemory(layout, values.codes());
        if (!HEIGHTS.contains(blockRows) || values.type() == Coded.Type.F32 || cols > Shorts.RANGE) {
            throw new UserError(layout + ": found " + cols + " inputs, expected blocks of 4, 8 or 16 outputs in bf16 or int8 and at most " + Shorts.RANGE + " inputs");
        }
        int unit = values.type().perUnit() / blockRows;
        int blockRowCount = Math.ceilDiv(rows, blockRows);
        Checked.length(layout, "bytes of codes", values.codes().byteSize(), (long) column.length() * blockRows * values.type().bits() / 8);
        Checked.offsets(layout, start, blockRowCount, column.length());
        Checked.length(layout, "counts", count.length(), blockRowCount);
        for (int b = 0; b < blockRowCount; b++) {
            int room = start.get(b + 1) - start.get(b);
            if (room % unit != 0 || count.get(b) < 0 || count.get(b) > room) {
                throw new UserError(layout + ": block row " + b + " has " + count.get(b) + " blocks in a room of " + room + ", expected whole units of " + unit);
            }
            for (int j = start.get(b); j < start.get(b + 1); j++) {
                boolean ascends = j == start.get(b) || j >= start.get(b) + count.get(b) || column.get(j) > column.get(j - 1);
                if (column.get(j) >= cols || !ascends) {
                    throw new UserError(layout + ": column " + column.get(j) + " of block row " + b + " is out of order or outside 0.." + (cols - 1));
                }
            }
        }
        if (group < unit || group % unit != 0) {
            throw new UserError(layout + ": groups of " + group + " blocks, expected a multiple of " + unit);
        }
        if (values.type() == Coded.Type.INT8) {
            Checked.offsets(layout, scaleStart, blockRowCount, scaleStart.get(scaleStart.length() - 1));
            for (int b = 0; b < blockRowCount; b++) {
                Checked.length(layout, "groups in block row " + b, scaleStart.get(b + 1) - scaleStart.get(b),
                        Math.ceilDiv(start.get(b + 1) - start.get(b), group));
            }
            Checked.scales(layout, values, (long) scaleStart.get(blockRowCount) * blockRows);
        }
    }

    /**
     * @param group blocks that share a scale, rounded up to whole units; 0 for one scale a row
     */
    public static CodedBlocks pack(Arena arena, BlockCsr w, Coded.Type type, int group) {
        int height = w.blockRows();
        if (!HEIGHTS.contains(height)) {
            throw new UserError(label(height, type) + ": expected blocks of 4, 8 or 16 outputs");
        }
        int unit = type.perUnit() / height;
        int blockRowCount = w.blockRowCount();
        Ints start = Ints.allocate(arena, blockRowCount + 1);
        Ints count = Ints.allocate(arena, blockRowCount);
        Ints scaleStart = Ints.allocate(arena, blockRowCount + 1);
        int width = group == 0 ? Math.ceilDiv(w.cols(), unit) * unit : Math.ceilDiv(group, unit) * unit;
        for (int b = 0; b < blockRowCount; b++) {
            count.set(b, w.start().get(b + 1) - w.start().get(b));
            int room = Math.ceilDiv(count.get(b), unit) * unit;
            start.set(b + 1, Math.addExact(start.get(b), room));
            scaleStart.set(b + 1, scaleStart.get(b) + Math.ceilDiv(room, width));
        }
        int blocks = start.get(blockRowCount);
        Shorts column = Shorts.allocate(arena, blocks);
        Floats scales = type == Coded.Type.INT8 ? Floats.allocate(arena, Checked.elements(label(height, type), "scales", (long) scaleStart.get(blockRowCount) * height)) : null;
        Coded coded = new Coded(type, arena.allocate((long) blocks * height * type.bits() / 8, Floats.ALIGNMENT), scales);
        for (int b = 0; b < blockRowCount; b++) {
            for (int pass = scales == null ? 1 : 0; pass < 2; pass++) {
                for (int i = 0; i < count.get(b) * height; i++) {
                    float v = w.values().get(w.start().get(b) * height + i);
                    int scale = (scaleStart.get(b) + i / height / width) * height + i % height;
                    if (pass == 0) {
                        Quantise.widen(scales, scale, v);
                    } else {
                        coded.code(Coded.inBlock(type, height, start.get(b) + i / height, i % height), scales == null ? v : v / Quantise.scale(scales.get(scale)));
                    }
                }
            }
            for (int i = 0; i < count.get(b); i++) {
                column.set(start.get(b) + i, w.column().get(w.start().get(b) + i));
            }
        }
        if (scales != null) {
            Quantise.finish(scales);
        }
        return new CodedBlocks(w.rows(), w.cols(), height, start, count, column, coded, scaleStart, width);
    }

    private static String label(int blockRows, Coded.Type type) {
        return blockRows + "x1 " + type.label();
    }

    @Override
    public long nonZeros() {
        long n = 0;
        for (int b = 0; b < count.length(); b++) {
            n += (long) count.get(b) * Math.min(blockRows, rows - b * blockRows);
        }
        return n;
    }

    @Override
    public long bytes() {
        return start.bytes() + count.bytes() + column.bytes() + values.bytes() + (values.scales() == null ? 0 : scaleStart.bytes());
    }

    @Override
    public String layout() {
        return label(blockRows, values.type());
    }

    @Override
    public void forEach(Visitor visitor) {
        for (int r = 0; r < rows; r++) {
            int b = r / blockRows;
            for (int i = 0; i < count.get(b); i++) {
                int j = start.get(b) + i;
                float scale = values.scales() == null ? 1f : values.scales().get((scaleStart.get(b) + i / group) * blockRows + r % blockRows);
                visitor.at(r, column.get(j), j * blockRows + r % blockRows, values.code(Coded.inBlock(values.type(), blockRows, j, r % blockRows)) * scale);
            }
        }
    }
}
