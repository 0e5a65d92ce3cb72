package dev.filigree.kernel.vector;

import static dev.filigree.kernel.Kernels.TILE_ROWS;
import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Coded;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.MatrixVector;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Turns buffers into addresses for the loops over one token; sums go to scratch memory first, so that rows past the end do no harm. */
final class VectorMatrixVector implements MatrixVector {

    /** Sixteen words of a unit or rows of a slice are this many vectors. */
    private static final int PARTS = 16 / N;

    /** Block rows whose sums are on their way to y together. */
    private static final int RUNS = 32;

    /** An 8-bit code of one is {@code 2^24} in sums of codes, which hold it at the top of a word. */
    private static final float TOP_CODE = 0x1p-24f;

    /** For layouts made for vectors of sixteen, where vectors are shorter. */
    private final MatrixVector definition = Kernels.scalar().matrixVector();

    @Override
    public void tiled(Floats w, Floats bias, int rows, int cols, Floats x, Floats y, int fromTile, int toTile) {
        long out = Scratch.address(DenseVectors.STREAMS * STEP);
        long packBytes = 4L * TILE_ROWS * cols;
        int left = DenseVectors.left(cols);
        for (int t = fromTile; t < toTile; t += DenseVectors.STREAMS) {
            long pack = address(w) + t * packBytes;
            int count = Math.min(DenseVectors.STREAMS, toTile - t);
            DenseVectors.packs4(cols, pack, pack + Math.min(1, count - 1) * packBytes, pack + Math.min(2, count - 1) * packBytes,
                    pack + Math.min(3, count - 1) * packBytes, address(x), out);
            for (int i = 0; i < count; i++) {
                DenseVectors.last(cols, left, pack + i * packBytes, address(x), out + i * STEP);
                int row = (t + i) * TILE_ROWS;
                store(y, bias, row, Math.min(TILE_ROWS, rows - row), out + i * STEP);
            }
        }
        keep(w, bias, x, y);
    }

    @Override
    public void columns(Coded w, int tileRows, int group, Floats bias, int rows, int cols, Floats x, Floats y, int fromUnit, int toUnit) {
        int together = tileRows == COLUMN_ROWS ? PackVectors.TOGETHER * COLUMN_ROWS : tileRows;
        long out = Scratch.address(4L * together + 4L * cols + 8);
        long list = out + 4L * together;
        int padded = Math.ceilDiv(rows, COLUMN_ROWS) * COLUMN_ROWS;
        for (int g = 0; g * group < cols; g++) {
            int count = ColumnVectors.nonZeros(address(x), g * group, Math.min(cols, (g + 1) * group), list);
            setInt(list + 4L * count, count == 0 ? 0 : getInt(list + 4L * count - 4)); // a column to read beside the last of an odd number
            for (int row = fromUnit * COLUMN_ROWS; row < toUnit * COLUMN_ROWS; row += together) {
                int end = Math.min(toUnit * COLUMN_ROWS, row + together);
                if (tileRows == COLUMN_ROWS) {
                    long pack = (long) COLUMN_ROWS * cols * w.type().bits() / 8;
                    PackVectors.sums(w.type(), (end - row) / COLUMN_ROWS, w.codes().address() + row / COLUMN_ROWS * pack, pack, address(x), list, count, out);
                } else {
                    addColumns(w, tileRows, row, end, rows, cols, x, list, count, out);
                }
                finish(w, g * padded + row, out, g == 0 ? bias : y, y, row, Math.min(end, rows) - row);
            }
        }
        reachabilityFence(w);
        keep(bias, bias, x, y);
    }

    /** Sums of the tile that begins with row {@code row}, or of its first rows. */
    private static void addColumns(Coded w, int tileRows, int row, int end, int rows, int cols, Floats x, long list, int count, long sums) {
        int bits = w.type().bits();
        zero(sums, end - row);
        long step = (long) MatrixVector.columnTileRows(rows, tileRows, row / tileRows) * bits / 8;
        int units = (end - row) * bits / 8 / Coded.UNIT;
        ColumnVectors.add(w.type(), w.codes().address() + (long) row * cols * bits / 8, step, units, address(x), list, count, sums);
        if (w.type() == Coded.Type.INT8) {
            ColumnVectors.settle(units, sums);
        }
    }

    @Override
    public void csr(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int fromRow, int toRow) {
        for (int c = 0; c * chunk < cols; c++) {
            Floats before = c == 0 ? bias : y;
            long s = address(start) + 4L * c * rows;
            for (int r = fromRow; r < toRow; r++) {
                int from = getInt(s + 4L * r);
                int count = getInt(s + 4L * r + 4) - from;
                y.set(r, bias(before, r) + RowVectors.listed(count, address(column) + 2L * from, address(values) + 4L * from, address(x) + 4L * c * chunk));
            }
        }
        reachabilityFence(start);
        reachabilityFence(column);
        keep(values, bias, x, y);
    }

    @Override
    public void nOfM(MemorySegment place, Floats values, int n, int m, Floats bias, int cols, Floats x, Floats y, int fromRow, int toRow) {
        int perRow = cols / m * n;
        for (int r = fromRow; r < toRow; r++) {
            long at = (long) r * perRow;
            y.set(r, bias(bias, r) + RowVectors.places(cols / m, n, m, place.address() + at, address(values) + 4 * at, address(x)));
        }
        reachabilityFence(place);
        keep(values, bias, x, y);
    }

    @Override
    public void bitmap(MemorySegment bits, Ints start, Floats values, Floats bias, int cols, Floats x, Floats y, int fromRow, int toRow) {
        int words = Math.ceilDiv(cols, 64);
        long end = address(values) + values.bytes();
        for (int r = fromRow; r < toRow; r++) {
            y.set(r, bias(bias, r) + RowVectors.bits(cols / 64, words - cols / 64, bits.address() + 8L * words * r, address(values) + 4L * start.get(r), end,
                    address(x)));
        }
        reachabilityFence(bits);
        keep(values, bias, x, y);
    }

    @Override
    public void blocks(Ints start, Shorts column, Floats values, int blockRows, Floats bias, int rows, Floats x, Floats y, int fromBlock, int toBlock) {
        boolean whole = blockRows % N == 0;
        if (!whole && blockRows * 2 != N && blockRows * 4 != N) {
            definition.blocks(start, column, values, blockRows, bias, rows, x, y, fromBlock, toBlock);
            return;
        }
        long out = Scratch.address(4L * Math.max(N, blockRows));
        for (int b = fromBlock; b < toBlock; b++) {
            int from = start.get(b);
            int to = start.get(b + 1);
            if (blockRows * 4 == N) {
                BlockVectors.quarters(from, to, address(column), address(values), address(x), out);
            } else if (blockRows * 2 == N) {
                BlockVectors.halves(from, to, address(column), address(values), address(x), out);
            } else {
                for (int part = 0; part < blockRows / N; part++) {
                    BlockVectors.whole(from, to, address(column), address(values) + part * STEP, 4L * blockRows, address(x), out + part * STEP);
                }
            }
            store(y, bias, b * blockRows, Math.min(blockRows, rows - b * blockRows), out);
        }
        reachabilityFence(start);
        reachabilityFence(column);
        keep(values, bias, x, y);
    }

    @Override
    public void groups(Ints start, Shorts column, Floats values, int groupCols, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int fromRow,
            int toRow) {
        GroupVectors.run(address(start), rows, Math.ceilDiv(cols, chunk), 4L * chunk, address(column), address(values), groupCols, address(x), address(y),
                bias == null ? Lanes.ZEROS : address(bias), bias == null ? 0 : 4, fromRow, toRow, Scratch.address(GroupVectors.ROWS * STEP));
        reachabilityFence(start);
        reachabilityFence(column);
        keep(values, bias, x, y);
    }

    @Override
    public void codedGroups(Ints start, Ints word, MemorySegment codes, Floats bias, Floats x, Floats y, int fromRow, int toRow) {
        NibbleGroups.run(address(start), address(word), codes.address(), address(x), address(y), bias == null ? Lanes.ZEROS : address(bias), bias == null ? 0 : 4, fromRow, toRow,
                Scratch.address(GroupVectors.ROWS * STEP));
        reachabilityFence(start);
        reachabilityFence(word);
        reachabilityFence(codes);
        keep(x, bias, x, y);
    }

    @Override
    public void codedBlocks(Ints start, Shorts column, Coded values, Ints scaleStart, int group, int blockRows, Floats bias, int rows, Floats x, Floats y,
            int fromBlock, int toBlock) {
        if (PARTS != 1 || values.type() == Coded.Type.F32) {
            definition.codedBlocks(start, column, values, scaleStart, group, blockRows, bias, rows, x, y, fromBlock, toBlock);
            return;
        }
        int words = Coded.words(values.type(), blockRows);
        int places = blockRows / words;
        long end = Scratch.address(64 + RUNS * places * STEP + STEP + CodedBlockVectors.STAGED * STEP);
        long sums = end + 64;
        long stage = sums + RUNS * places * STEP + STEP;
        for (int b = fromBlock; b < toBlock;) {
            int runs = runs(values, scaleStart, b, Math.min(RUNS, toBlock - b));
            if (runs > 0) {
                CodedBlockVectors.sums(values.type(), blockRows, runs, address(start) + 4L * (b + 1), start.get(b), address(column), values.codes().address(),
                        address(x), sums, stage);
                LaneSums.fold(runs * places, words, sums, sums);
                finish(values, scaleStart.get(b) * blockRows, sums, bias, y, b * blockRows, Math.min(runs * blockRows, rows - b * blockRows));
                b += runs;
                continue;
            }
            int live = Math.min(blockRows, rows - b * blockRows);
            int from = start.get(b);
            store(y, bias, b * blockRows, live, Lanes.ZEROS);
            for (int g = scaleStart.get(b); from < start.get(b + 1); g++, from += group) {
                setInt(end, Math.min(start.get(b + 1), from + group));
                CodedBlockVectors.sums(values.type(), blockRows, 1, end, from, address(column), values.codes().address(), address(x), sums, stage);
                LaneSums.fold(places, words, sums, sums);
                finish(values, g * blockRows, sums, y, y, b * blockRows, live);
            }
            b++;
        }
        reachabilityFence(start);
        reachabilityFence(column);
        reachabilityFence(values);
        keep(bias, bias, x, y);
    }

    /** Of {@code count} block rows from b on, how many come before one whose scales are not one group's. */
    private static int runs(Coded values, Ints scaleStart, int b, int count) {
        int n = values.scales() == null ? count : 0;
        while (n < count && scaleStart.get(b + n + 1) - scaleStart.get(b + n) == 1) {
            n++;
        }
        return n;
    }

    private static void finish(Coded values, int firstScale, long sums, Floats before, Floats y, int row, int count) {
        long from = before == null ? 0 : address(before) + 4L * row;
        if (values.scales() == null) {
            LaneSums.store(count, sums, from, address(y) + 4L * row);
        } else {
            LaneSums.storeScaled(count, sums, address(values.scales()) + 4L * firstScale, TOP_CODE, from, address(y) + 4L * row);
        }
    }

    @Override
    public void sliced(Shorts steps, Ints firstStep, Ints firstCode, MemorySegment code, Floats values, Floats bias, int rows, int cols, Floats x, Floats y,
            int fromSlice, int toSlice) {
        if (PARTS != 1) {
            definition.sliced(steps, firstStep, firstCode, code, values, bias, rows, cols, x, y, fromSlice, toSlice);
            return;
        }
        long out = Scratch.address(STEP + 4L * SEGMENT);
        int whole = cols / SEGMENT;
        int segments = Math.ceilDiv(cols, SEGMENT);
        long tail = segments > whole ? tail(x, whole * SEGMENT, cols, out + STEP) : 0;
        for (int s = fromSlice; s < toSlice; s++) {
            SlicedVectors.slice(address(steps) + 2L * s * segments, whole, code.address() + (long) Coded.UNIT * firstCode.get(s),
                    address(values) + STEP * firstStep.get(s), address(x), tail, out);
            store(y, bias, s * SLICE_ROWS, Math.min(SLICE_ROWS, rows - s * SLICE_ROWS), out);
        }
        reachabilityFence(steps);
        reachabilityFence(code);
        keep(values, bias, x, y);
    }

    /** The last inputs, filled up with zeros. */
    private static long tail(Floats x, int from, int to, long at) {
        for (int i = 0; i < SEGMENT; i++) {
            setFloat(at + 4L * i, from + i < to ? x.get(from + i) : 0);
        }
        return at;
    }

    private static float bias(Floats bias, int row) {
        return bias == null ? 0 : bias.get(row);
    }

    private static void zero(long sums, int count) {
        for (int i = 0; i < count; i += N) {
            FloatVector.zero(F).intoMemorySegment(ALL, (sums + 4L * i) & MASK, ORDER);
        }
    }

    private static void store(Floats y, Floats bias, int row, int count, long sums) {
        long out = address(y) + 4L * row & MASK;
        long before = bias == null ? Lanes.ZEROS : address(bias) + 4L * row & MASK;
        long step = bias == null ? 0 : 4;
        long ss = sums & MASK;
        for (int i = 0; i < count; i++) {
            long j = i & INDEX;
            setFloat(out + 4 * j, getFloat(before + step * j) + getFloat(ss + 4 * j));
        }
    }

    private static void keep(Floats a, Floats b, Floats c, Floats d) {
        reachabilityFence(a);
        reachabilityFence(b);
        reachabilityFence(c);
        reachabilityFence(d);
    }
}
