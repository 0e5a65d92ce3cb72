package dev.filigree.kernel.vector;

import static dev.filigree.kernel.Kernels.TILE_ROWS;
import static dev.filigree.kernel.MatrixVector.COLUMN_ROWS;
import static dev.filigree.kernel.MatrixVector.SEGMENT;
import static dev.filigree.kernel.MatrixVector.SLICE_ROWS;
import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static dev.filigree.kernel.vector.Lanes.setShort;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.MatrixVector;
import dev.filigree.kernel.Products;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Products of {@link Tiles}, {@link SparseRows} and {@link BlockTiles}; this class turns buffers into addresses. */
final class VectorProducts implements Products {

    /** Rows that {@link Decode} makes at once. */
    private static final int DECODED = 16;

    /** Panels that share what was decoded, and inputs that they take at once: their part of x stays in the second cache. */
    private static final int BESIDE = 4;
    private static final int SHALLOW = 512;

    /** Inputs that a dense product takes at once: with 64 tokens 256 kB, which stay in the second cache while all rows pass. */
    private static final int DEPTH = 1024;

    @Override
    public void tiled(Floats w, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromTile, int toTile) {
        long rowBytes = 4L * width;
        fill(address(y), rowBytes, biasAddress(bias), bias == null ? 0 : 4, fromTile * TILE_ROWS, Math.min(rows, toTile * TILE_ROWS));
        int r = fromTile * TILE_ROWS;
        for (int k = 0; k < cols; k += DEPTH) {
            PackedTiles.add(Math.min(DEPTH, cols - k), address(w) + 4L * TILE_ROWS * ((long) fromTile * cols + k), 4L * TILE_ROWS * cols, 4L * TILE_ROWS,
                    address(x) + k * rowBytes, rowBytes, width, address(y) + r * rowBytes, rowBytes, Math.min(rows, toTile * TILE_ROWS) - r);
        }
        keep(w, bias, x, y);
    }

    @Override
    public void csr(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromRow,
            int toRow) {
        listed(start, column, values, chunk, bias, rows, cols, x, y, width, fromRow, toRow, false);
    }

    @Override
    public void addCsr(Ints start, Shorts column, Floats values, int chunk, int rows, int cols, Floats x, Floats y, int width, int fromRow, int toRow) {
        listed(start, column, values, chunk, null, rows, cols, x, y, width, fromRow, toRow, true);
    }

    private static void listed(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromRow,
            int toRow, boolean add) {
        for (int c = 0; c * chunk < cols; c++) {
            SparseRows.run(address(start) + 4L * c * rows, address(column), address(values), shift(width), address(x) + 4L * width * c * chunk, address(y), fromRow,
                    toRow, biasAddress(bias), bias == null ? 0 : 4, add || c > 0);
        }
        keep(start, column);
        keep(values, bias, x, y);
    }

    @Override
    public void blocks(Ints start, Shorts column, Floats values, int blockRows, Floats bias, int rows, Floats x, Floats y, int width, int fromBlock,
            int toBlock) {
        blockRows(address(start), address(column), address(values), blockRows, bias, rows, address(x), address(y), width, fromBlock, toBlock);
        keep(start, column);
        keep(values, bias, x, y);
    }

    @Override
    public void groups(Ints start, Shorts column, Floats values, int groupCols, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int width,
            int fromRow, int toRow) {
        for (int c = 0; c * chunk < cols; c++) {
            GroupRows.run(address(start) + 4L * c * rows, address(column), address(values), groupCols, shift(width), address(x) + 4L * width * c * chunk, address(y),
                    fromRow, toRow, biasAddress(bias), bias == null ? 0 : 4, c > 0);
        }
        keep(start, column);
        keep(values, bias, x, y);
    }

    @Override
    public void codedGroups(Ints start, Ints word, MemorySegment codes, Floats bias, Floats x, Floats y, int width, int fromRow, int toRow) {
        NibbleGroups.panel(address(start), address(word), codes.address(), shift(width), address(x), address(y), fromRow, toRow, biasAddress(bias), bias == null ? 0 : 4);
        reachabilityFence(start);
        reachabilityFence(word);
        reachabilityFence(codes);
        keep(x, bias, x, y);
    }

    private static void blockRows(long start, long column, long values, int blockRows, Floats bias, int rows, long x, long y, int width, int firstBlock,
            int toBlock) {
        long biasStep = bias == null ? 0 : 4;
        int fromBlock = firstBlock;
        if (width == Lanes.N && blockRows % 4 == 0) { // all but a last block that ends past the rows
            fromBlock = Math.clamp(rows / blockRows, firstBlock, toBlock);
            NarrowBlocks.run(start, column, values, blockRows, shift(width), x, y, firstBlock, fromBlock, biasAddress(bias), biasStep);
        }
        for (int done = 0; done < blockRows && done < rows;) {
            int height = BlockTiles.pass(blockRows - done);
            long v = values + 4L * done;
            long out = y + 4L * width * done;
            long b = biasAddress(bias) + biasStep * done;
            // a last block may end above this pass: its blocks have no row here
            int to = Math.min(toBlock, (rows - done + blockRows - 1) / blockRows);
            BlockTiles.run(height, start, column, v, 4L * blockRows, shift(width), x, out, fromBlock, to, rows - done, blockRows, b, biasStep);
            done += height;
        }
    }

    @Override
    public void columns(Coded w, int tileRows, int group, Floats bias, int rows, int cols, Floats x, Floats y, int panels, int width, int fromUnit, int toUnit) {
        int end = Math.min(rows, toUnit * COLUMN_ROWS);
        for (int p = 0; p < panels; p++) {
            fill(address(y) + 4L * width * rows * p, 4L * width, biasAddress(bias), bias == null ? 0 : 4, fromUnit * COLUMN_ROWS, end);
        }
        long part = Scratch.address(4L * DECODED * Math.min(cols, SHALLOW));
        for (int p = 0; p < panels; p += BESIDE) {
            for (int k = 0; k < cols;) { // outside, so that this part of x stays near while all rows pass
                int to = Math.min(cols, Math.min(k + SHALLOW, (k / group + 1) * group));
                for (int r = fromUnit * COLUMN_ROWS; r < end; r += DECODED) {
                    decode(w, tileRows, rows, cols, r, k, to, w.scales() == null ? 0 : k / group, part);
                    addDecoded(part, to - k, rows, cols, address(x), address(y), p, Math.min(panels, p + BESIDE), width, k, r, end);
                }
                k = to;
            }
        }
        reachabilityFence(w);
        keep(bias, bias, x, y);
    }

    /** Columns {@code from .. to} of some rows from {@code row} on as floats, {@code [to - from] [DECODED]}. */
    private static void decode(Coded w, int tileRows, int rows, int cols, int row, int from, int to, int group, long part) {
        int bits = w.type().bits();
        int tile = row / tileRows;
        int inTile = row % tileRows;
        long columnBytes = (long) MatrixVector.columnTileRows(rows, tileRows, tile) * bits / 8;
        long unit = w.codes().address() + (long) tile * tileRows * cols * bits / 8 + (long) inTile / w.type().perUnit() * Coded.UNIT;
        long scales = w.scales() == null ? 0 : address(w.scales()) + 4L * (group * Math.ceilDiv(rows, COLUMN_ROWS) * COLUMN_ROWS + row);
        Decode.values(w.type(), inTile % w.type().perUnit() / DECODED, to - from, unit + from * columnBytes, columnBytes, scales, part, 4L * DECODED);
    }

    private static void addDecoded(long part, int depth, int rows, int cols, long x, long y, int fromPanel, int toPanel, int width, int k, int row, int end) {
        long rowBytes = 4L * width;
        for (int p = fromPanel; p < toPanel; p++) {
            PackedTiles.add(depth, part, 4L * TILE_ROWS, 4L * DECODED, x + rowBytes * ((long) p * cols + k), rowBytes, width, y + rowBytes * ((long) p * rows + row), rowBytes,
                    Math.min(DECODED, end - row));
        }
    }

    @Override
    public void codedBlocks(Ints start, Shorts column, Coded values, Ints scaleStart, int group, int blockRows, Floats bias, int rows, Floats x, Floats y,
            int width, int fromBlock, int toBlock) {
        int most = 0;
        for (int b = fromBlock; b < toBlock; b++) {
            most = Math.max(most, start.get(b + 1) - start.get(b));
        }
        int words = Coded.words(values.type(), blockRows);
        long offsets = Scratch.address(128 + 4L * most * (blockRows + words));
        long scales = offsets + 64;
        long floats = scales + 64;
        long plane = floats + 4L * most * blockRows;
        for (int b = fromBlock; b < toBlock; b++) {
            int count = start.get(b + 1) - start.get(b);
            for (int g = 0; g * group < count; g++) {
                int first = start.get(b) + g * group;
                int blocks = Math.min(group, count - g * group);
                long to = floats + 4L * g * group * blockRows;
                if (values.type() != Coded.Type.INT8) {
                    int places = values.type().perUnit() / 16;
                    for (int place = 0; place < places; place++) {
                        Decode.values(values.type(), place, blocks * blockRows / values.type().perUnit(),
                                values.codes().address() + (long) first * blockRows * values.type().bits() / 8, Coded.UNIT, 0, to + 64L * place, 64L * places);
                    }
                    continue;
                }
                for (int place = 0; place < blockRows / words; place++) {
                    repeat(values.scales(), (scaleStart.get(b) + g) * blockRows + place * words, words, scales);
                    Decode.values(values.type(), place, blocks * words / 16, values.codes().address() + 4L * first * words, Coded.UNIT, scales, plane, 64);
                    Decode.weave(blocks, words, plane, to + 4L * place * words, 4L * blockRows);
                }
            }
            setInt(offsets, 0);
            setInt(offsets + 4, count);
            int row = b * blockRows;
            Floats its = bias == null ? null : bias.slice(row, Math.min(blockRows, rows - row));
            blockRows(offsets, address(column) + 2L * start.get(b), floats, blockRows, its, rows - row, address(x), address(y) + 4L * width * row, width, 0, 1);
        }
        reachabilityFence(column);
        reachabilityFence(values);
        keep(bias, bias, x, y);
    }

    /** {@code count} scales again and again, sixteen numbers in all. */
    private static void repeat(Floats scales, int first, int count, long out) {
        for (int i = 0; i < 16; i++) {
            setFloat(out + 4L * i, scales.get(first + i % count));
        }
    }

    @Override
    public void sliced(Shorts steps, Ints firstStep, Ints firstCode, MemorySegment code, Floats values, Floats bias, int rows, int cols, Floats x, Floats y,
            int width, int fromSlice, int toSlice) {
        int segments = Math.ceilDiv(cols, SEGMENT);
        for (int s = fromSlice; s < toSlice; s++) {
            int live = Math.min(SLICE_ROWS, rows - s * SLICE_ROWS);
            int most = (firstStep.get(s + 1) - firstStep.get(s)) * SLICE_ROWS;
            long start = Scratch.address(128 + 6L * most);
            long column = start + 128;
            long entries = column + 2L * most;
            int n = 0;
            setInt(start, 0);
            for (int lane = 0; lane < live; lane++) {
                int step = firstStep.get(s);
                long unit = firstCode.get(s);
                for (int g = 0; g < segments; g++) {
                    int count = steps.get(s * segments + g);
                    for (int i = 0; i < count; i++) {
                        int c = code.get(JAVA_BYTE, (unit + i / 4) * Coded.UNIT + 4 * lane + i % 4);
                        if (c >= 0) { // else it fills up
                            setShort(column + 2L * n, g * SEGMENT + c);
                            setFloat(entries + 4L * n, values.get((step + i) * SLICE_ROWS + lane));
                            n++;
                        }
                    }
                    step += count;
                    unit += (count + 3) / 4;
                }
                setInt(start + 4L * lane + 4, n);
            }
            int row = s * SLICE_ROWS;
            SparseRows.run(start, column, entries, shift(width), address(x), address(y) + 4L * width * row, 0, live,
                    biasAddress(bias) + (bias == null ? 0 : 4L * row), bias == null ? 0 : 4, false);
        }
        reachabilityFence(code);
        keep(values, bias, x, y);
    }

    @Override
    public void nOfM(MemorySegment place, Floats values, int n, int m, Floats bias, int cols, Floats x, Floats y, int width, int fromRow, int toRow) {
        PositionedRows.nOfM(place.address(), address(values), n, m, cols, shift(width), address(x), address(y), fromRow, toRow, biasAddress(bias),
                bias == null ? 0 : 4);
        reachabilityFence(place);
        keep(values, bias, x, y);
    }

    @Override
    public void bitmap(MemorySegment bits, Ints start, Floats values, Floats bias, int cols, Floats x, Floats y, int width, int fromRow, int toRow) {
        BitmapRows.run(bits.address(), address(start), address(values), cols, shift(width), address(x), address(y), fromRow, toRow, biasAddress(bias),
                bias == null ? 0 : 4);
        reachabilityFence(bits);
        reachabilityFence(start);
        keep(values, bias, x, y);
    }

    /** Every lane of row r becomes its bias. */
    private static void fill(long y, long rowBytes, long bias, long biasStep, int fromRow, int toRow) {
        for (int r = fromRow; r < toRow; r++) {
            FloatVector b = FloatVector.broadcast(F, getFloat(bias + r * biasStep));
            for (long t = 0; t < rowBytes; t += STEP) {
                b.intoMemorySegment(ALL, (y + r * rowBytes + t) & MASK, ORDER);
            }
        }
    }

    /** Log2 of the bytes of a panel row. */
    private static int shift(int width) {
        return Integer.numberOfTrailingZeros(width) + 2;
    }

    private static long biasAddress(Floats bias) {
        return bias == null ? Lanes.ZEROS : address(bias);
    }

    private static void keep(Floats a, Floats b, Floats c, Floats d) {
        reachabilityFence(a);
        reachabilityFence(b);
        reachabilityFence(c);
        reachabilityFence(d);
    }

    private static void keep(Ints a, Shorts b) {
        reachabilityFence(a);
        reachabilityFence(b);
    }
}
