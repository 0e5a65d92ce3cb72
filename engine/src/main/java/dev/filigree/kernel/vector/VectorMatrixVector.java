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

    /** A step of an 8-bit code is this part of the numbers that {@link ColumnVectors} adds. */
    private static final float CODE_ONE = 256f;

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
    public void columns(Coded w, int group, Floats bias, int rows, int cols, Floats x, Floats y, int fromUnit, int toUnit) {
        int groups = Math.ceilDiv(cols, group);
        long out = Scratch.address(4L * COLUMN_TILE + 4L * cols + 4);
        long list = out + 4L * COLUMN_TILE;
        int bits = w.type().bits();
        for (int g = 0; g < groups; g++) {
            int count = ColumnVectors.nonZeros(address(x), g * group, Math.min(cols, (g + 1) * group), list);
            float excess = w.type() == Coded.Type.INT8 ? ColumnVectors.excess(address(x), list, count) : 0;
            for (int row = fromUnit * COLUMN_ROWS; row < Math.min(rows, toUnit * COLUMN_ROWS);) {
                int tile = row / COLUMN_TILE;
                int end = Math.min(toUnit * COLUMN_ROWS, (tile + 1) * COLUMN_TILE);
                int tileRows = MatrixVector.columnTileRows(rows, tile);
                end = Math.min(end, tile * COLUMN_TILE + tileRows);
                int inTile = row - tile * COLUMN_TILE;
                zero(out, end - row);
                ColumnVectors.add(w.type(), w.codes().address() + ((long) tile * COLUMN_TILE * cols + inTile) * bits / 8, (long) tileRows * bits / 8,
                        (end - row) * bits / 8 / Coded.UNIT, address(x), list, count, out);
                int live = Math.min(end, rows) - row;
                if (w.scales() != null) {
                    scale(w, g * Math.ceilDiv(rows, COLUMN_ROWS) * COLUMN_ROWS + row, live, excess, out);
                }
                store(y, g == 0 ? bias : y, row, live, out);
                row = end;
            }
        }
        reachabilityFence(w);
        keep(bias, bias, x, y);
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
    public void codedBlocks(Ints start, Shorts column, Coded values, Ints scaleStart, int group, int blockRows, Floats bias, int rows, Floats x, Floats y,
            int fromBlock, int toBlock) {
        if (PARTS != 1 || values.type() == Coded.Type.F32) {
            definition.codedBlocks(start, column, values, scaleStart, group, blockRows, bias, rows, x, y, fromBlock, toBlock);
            return;
        }
        long out = Scratch.address(STEP);
        for (int b = fromBlock; b < toBlock; b++) {
            int live = Math.min(blockRows, rows - b * blockRows);
            int end = start.get(b + 1);
            int from = start.get(b);
            Floats before = bias;
            for (int g = 0; g == 0 || from < end; g++) {
                int to = Math.min(end, from + group);
                CodedBlockVectors.sum(values.type(), blockRows, from, to, address(column), values.codes().address(), address(x), out);
                for (int i = 0; i < live && to > from && values.scales() != null; i++) {
                    setFloat(out + 4L * i, getFloat(out + 4L * i) * values.scales().get((scaleStart.get(b) + g) * blockRows + i));
                }
                store(y, before, b * blockRows, live, out);
                before = y;
                from = to;
            }
        }
        reachabilityFence(column);
        reachabilityFence(values);
        keep(bias, bias, x, y);
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

    /** Sums of codes, as {@link ColumnVectors} adds those of 8 bits, become sums of values. */
    private static void scale(Coded w, int first, int count, float excess, long sums) {
        for (int i = 0; i < count; i++) {
            setFloat(sums + 4L * i, (getFloat(sums + 4L * i) - excess) * CODE_ONE * w.scales().get(first + i));
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
