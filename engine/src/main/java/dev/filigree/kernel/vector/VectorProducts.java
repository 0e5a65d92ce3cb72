package dev.filigree.kernel.vector;

import static dev.filigree.kernel.Kernels.TILE_ROWS;
import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Products;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Products of {@link Tiles}, {@link SparseRows} and {@link BlockTiles}; this class turns buffers into addresses. */
final class VectorProducts implements Products {

    /** Inputs that a dense product takes at once: with 64 tokens 128 kB, which stay in the second cache while all rows pass. */
    private static final int DEPTH = 512;

    @Override
    public void tiled(Floats w, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromTile, int toTile) {
        long rowBytes = 4L * width;
        fill(address(y), rowBytes, biasAddress(bias), bias == null ? 0 : 4, fromTile * TILE_ROWS, Math.min(rows, toTile * TILE_ROWS));
        for (int k = 0; k < cols; k += DEPTH) {
            for (int t = fromTile; t < toTile; t++) {
                int r = t * TILE_ROWS;
                PackedTiles.add(Math.min(DEPTH, cols - k), address(w) + 4L * TILE_ROWS * ((long) t * cols + k), address(x) + k * rowBytes, rowBytes, width,
                        address(y) + r * rowBytes, rowBytes, Math.min(TILE_ROWS, rows - r));
            }
        }
        keep(w, bias, x, y);
    }

    @Override
    public void csr(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int width, int fromRow,
            int toRow) {
        for (int c = 0; c * chunk < cols; c++) {
            SparseRows.run(address(start) + 4L * c * rows, address(column), address(values), 4, shift(width), address(x) + 4L * width * c * chunk, address(y), 1,
                    fromRow, toRow, biasAddress(bias), bias == null ? 0 : 4, c > 0);
        }
        keep(start, column);
        keep(values, bias, x, y);
    }

    @Override
    public void blocks(Ints start, Shorts column, Floats values, int blockRows, Floats bias, int rows, Floats x, Floats y, int width, int fromBlock,
            int toBlock) {
        long biasStep = bias == null ? 0 : 4;
        for (int done = 0; done < blockRows && done < rows;) {
            int height = BlockTiles.pass(blockRows - done);
            long v = address(values) + 4L * done;
            long out = address(y) + 4L * width * done;
            long b = biasAddress(bias) + biasStep * done;
            // a last block may end above this pass: its blocks have no row here
            int to = Math.min(toBlock, (rows - done + blockRows - 1) / blockRows);
            if (height == 1) {
                SparseRows.run(address(start), address(column), v, 4L * blockRows, shift(width), address(x), out, blockRows, fromBlock, to, b, biasStep, false);
            } else {
                BlockTiles.run(height, address(start), address(column), v, 4L * blockRows, shift(width), address(x), out, fromBlock, to, rows - done,
                        blockRows, b, biasStep);
            }
            done += height;
        }
        keep(start, column);
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
        PositionedRows.bitmap(bits.address(), address(start), address(values), cols, shift(width), address(x), address(y), fromRow, toRow, biasAddress(bias),
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
