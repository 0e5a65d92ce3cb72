package dev.filigree.kernel.vector;

import static dev.filigree.kernel.Kernels.TILE_ROWS;
import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.kernel.DenseGradients;

/** Products in the register tiles of {@link Tiles}, moved into the order of a weight's tiles while they are in the nearest cache. */
final class VectorDenseGradients implements DenseGradients {

    /** Tiles that share a panel of x while it is in the nearest cache. */
    private static final int TOGETHER = 8;

    private static final long TILE = 4L * TILE_ROWS;
    private static final long ROW = 4L * GROUP;

    @Override
    public void turn(Floats x, int features, int width, int from, Floats y) {
        int live = Math.min(GROUP, features - from);
        long bytes = ROW * width;
        long at = address(x) + 4L * from * width;
        long between = Scratch.address(2 * bytes);
        if (live < GROUP) {
            long padded = between + bytes;
            ALL.asSlice(padded, 4L * live * width).copyFrom(ALL.asSlice(at, 4L * live * width));
            ALL.asSlice(padded + 4L * live * width, 4L * (GROUP - live) * width).fill((byte) 0);
            at = padded;
        }
        // each pass brings two of the six bits of a feature's number down to the lowest place
        Fours.interleave(at, bytes / 4, address(y), GROUP * width / 4);
        Fours.interleave(address(y), bytes / 4, between, GROUP * width / 4);
        Fours.interleave(between, bytes / 4, address(y), GROUP * width / 4);
        reachabilityFence(x);
        reachabilityFence(y);
    }

    @Override
    public void tiles(Floats dy, int apart, int rows, int width, int panels, Floats x, int cols, int fromCol, int fromTile, int toTile, Floats gradient,
            boolean add) {
        long room = TILE_ROWS * ROW;
        long products = Scratch.address((TOGETHER + 1) * room);
        for (int first = fromTile; first < toTile; first += TOGETHER) {
            int last = Math.min(toTile, first + TOGETHER);
            for (int p = 0; p < panels; p++) {
                for (int i = first; i < last; i++) {
                    int live = Math.min(TILE_ROWS, rows - i * TILE_ROWS);
                    long product = products + (i - first) * room;
                    if (live < TILE_ROWS) {
                        ALL.asSlice(product + live * ROW, room - live * ROW).fill((byte) 0);
                    }
                    Tiles.strip(width, address(dy) + 4 * ((long) p * apart + (long) i * TILE_ROWS * width), 4L * width, 4, address(x) + ROW * width * p, ROW, GROUP,
                            product, ROW, live, p == 0 ? Lanes.ZEROS : product, p == 0 ? 0 : ROW, p == 0 ? 0 : STEP);
                }
            }
            for (int i = first; i < last; i++) {
                store(products + (i - first) * room, products + TOGETHER * room, address(gradient) + TILE * ((long) i * cols + fromCol), Math.min(GROUP, cols - fromCol), add);
            }
        }
        reachabilityFence(dy);
        reachabilityFence(x);
        reachabilityFence(gradient);
    }

    /** Four rows of {@code count} columns into a tile. */
    private static void store(long product, long between, long tile, int count, boolean add) {
        if (add) {
            Fours.interleave(product, ROW, between, count);
            add(between, tile, TILE_ROWS * count);
        } else {
            Fours.interleave(product, ROW, tile, count);
        }
    }

    private static void add(long from, long to, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            fromMemorySegment(F, ALL, from & MASK, ORDER).add(fromMemorySegment(F, ALL, to & MASK, ORDER)).intoMemorySegment(ALL, to & MASK, ORDER);
            from += STEP;
            to += STEP;
        }
        for (; left > 0; left--, from += 4, to += 4) {
            setFloat(to, getFloat(to) + getFloat(from));
        }
    }

    @Override
    public void transpose(Floats w, int rows, int cols, int fromTile, int toTile, Floats out, int apart) {
        int wholeRows = rows / TILE_ROWS;
        int wholeTiles = Math.clamp(cols / TILE_ROWS - fromTile, 0, toTile - fromTile);
        for (int i = 0; i < wholeRows; i++) {
            Fours.transpose(address(w) + TILE * ((long) i * cols + (long) fromTile * TILE_ROWS), address(out) + TILE * ((long) fromTile * apart + (long) i * TILE_ROWS), TILE * apart,
                    wholeTiles);
        }
        for (int tile = fromTile; tile < toTile; tile++) {
            for (int r = tile < fromTile + wholeTiles ? wholeRows * TILE_ROWS : 0; r < rows; r++) {
                for (int j = 0; j < TILE_ROWS; j++) {
                    int c = tile * TILE_ROWS + j;
                    long from = address(w) + TILE * ((long) (r / TILE_ROWS) * cols + c) + 4L * (r % TILE_ROWS);
                    setInt(address(out) + TILE * ((long) tile * apart + r) + 4L * j, c < cols ? getInt(from) : 0);
                }
            }
        }
        reachabilityFence(w);
        reachabilityFence(out);
    }
}
