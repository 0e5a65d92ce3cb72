package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.SparseGradients;
import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;

/** Gradients of live weights: dot products along tokens, panel by panel so that a panel of x stays in cache. */
final class VectorSparseGradients implements SparseGradients {

    private final SparseGradients definition = Kernels.scalar().sparseGradients();

    /** Bytes of x that stay in the second cache beside what else is in use. */
    private static final long NEAR = 192 << 10;

    /** Tokens of four vectors, which {@link RowGradients} takes together. */
    private static final int RUN = 4 * N;

    /** Tokens that {@link #gram} takes together when a panel is one token. */
    private static final int ROWS_AT_ONCE = 64;

    @Override
    public void csr(Ints start, Shorts column, int chunk, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient, int fromRow, int toRow) {
        if (width == 1) { // no lanes to run along
            pairs(start, column, chunk, rows, cols, dy, x, panels, gradient, fromRow, toRow);
            return;
        }
        long rowBytes = 4L * width;
        int run = width >= RUN ? RUN : N;
        int each = width / run;
        int pair = run == RUN ? 2 : 1; // runs at once, of one panel or of neighbouring ones
        long dyApart = each == 1 ? rows * rowBytes : 4L * run;
        long xApart = each == 1 ? cols * rowBytes : 4L * run;
        for (int i = 0; i < panels * each; i += pair) {
            long inPanel = i % each * 4L * run;
            long dyRun = address(dy) + i / each * (rows * rowBytes) + inPanel;
            long xRun = address(x) + i / each * (cols * rowBytes) + inPanel;
            int vectors = Math.min(pair, panels * each - i) * run / N;
            for (int c = 0; c * chunk < cols; c++) {
                RowGradients.add(address(start) + 4L * c * rows, address(column), dyRun, dyApart, xRun + c * chunk * rowBytes, xApart, vectors, shift(width),
                        address(gradient), fromRow, toRow);
            }
        }
        reachabilityFence(start);
        reachabilityFence(column);
        keep(dy, x, gradient);
    }

    @Override
    public void groups(Ints start, Shorts column, int groupCols, int chunk, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient,
            int fromRow, int toRow) {
        if (width == 1) {
            definition.groups(start, column, groupCols, chunk, rows, cols, dy, x, width, panels, gradient, fromRow, toRow);
            return;
        }
        long rowBytes = 4L * width;
        int group = panelsTogether(Math.min(chunk, cols) * rowBytes);
        for (int p = 0; p < panels; p += group) {
            long dyPanel = address(dy) + p * rows * rowBytes;
            long xPanel = address(x) + p * cols * rowBytes;
            for (int c = 0; c * chunk < cols; c++) {
                long s = address(start) + 4L * c * rows;
                for (int r = fromRow; r < toRow; r++) {
                    Quads.groups(getInt(s + 4L * r), getInt(s + 4L * r + 4), groupCols, address(column), dyPanel + r * rowBytes, rows * rowBytes,
                            xPanel + c * chunk * rowBytes, cols * rowBytes, Math.min(group, panels - p), shift(width), address(gradient));
                }
            }
        }
        reachabilityFence(start);
        reachabilityFence(column);
        keep(dy, x, gradient);
    }

    private static void pairs(Ints start, Shorts column, int chunk, int rows, int cols, Floats dy, Floats x, int tokens, Floats gradient, int fromRow, int toRow) {
        for (int p = 0; p < tokens; p += 2) {
            boolean two = p + 1 < tokens;
            long dy0 = address(dy) + 4L * p * rows;
            long x0 = address(x) + 4L * p * cols;
            for (int c = 0; c * chunk < cols; c++) {
                long at = 4L * c * chunk;
                TokenPairs.gradient(address(start) + 4L * c * rows, address(column), dy0, two ? dy0 + 4L * rows : Lanes.ZEROS, two ? 4 : 0, x0 + at,
                        two ? x0 + 4L * cols + at : x0 + at, address(gradient), fromRow, toRow);
            }
        }
        reachabilityFence(start);
        reachabilityFence(column);
        keep(dy, x, gradient);
    }

    /** Panels whose sums are made at once: as many as leave their part of x, of so many bytes each, in the second cache. */
    private static int panelsTogether(long bytes) {
        return (int) Math.max(1, NEAR / bytes);
    }

    private static int shift(int width) {
        return Integer.numberOfTrailingZeros(width) + 2;
    }

    @Override
    public void blocks(Ints start, Shorts column, int blockRows, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient, int fromBlock,
            int toBlock) {
        if (width == 1) {
            definition.blocks(start, column, blockRows, rows, cols, dy, x, width, panels, gradient, fromBlock, toBlock);
            return;
        }
        long rowBytes = 4L * width;
        int group = panelsTogether(cols * rowBytes);
        for (int p = 0; p < panels; p += group) {
            long xPanel = address(x) + p * cols * rowBytes;
            for (int b = fromBlock; b < toBlock; b++) {
                long dyBlock = address(dy) + ((long) p * rows + b * blockRows) * rowBytes;
                int live = Math.min(blockRows, rows - b * blockRows);
                for (int i = 0; i < live; i += 4) {
                    Quads.rows(getInt(address(start) + 4L * b), getInt(address(start) + 4L * b + 4), Math.min(4, live - i), address(column),
                            dyBlock + i * rowBytes, rows * rowBytes, xPanel, cols * rowBytes, Math.min(group, panels - p), shift(width),
                            address(gradient) + 4L * i, 4L * blockRows);
                }
            }
        }
        reachabilityFence(start);
        reachabilityFence(column);
        keep(dy, x, gradient);
    }

    @Override
    public void rowSums(Floats dy, int rows, int width, int panels, Floats gradient, int fromRow, int toRow) {
        if (width == 1) { // rows lie side by side
            for (int p = 0; p < panels; p++) {
                addTo(address(gradient) + 4L * fromRow, address(dy) + 4L * ((long) p * rows + fromRow), toRow - fromRow);
            }
        } else {
            for (int r = fromRow; r < toRow; r++) {
                FloatVector sum = FloatVector.zero(F);
                for (int p = 0; p < panels; p++) {
                    long at = address(dy) + 4L * width * ((long) p * rows + r);
                    for (int t = 0; t < width; t += N) {
                        sum = sum.add(fromMemorySegment(F, ALL, (at + 4L * t) & MASK, ORDER));
                    }
                }
                long g = address(gradient) + 4L * r;
                setFloat(g, getFloat(g) + Functions.sum(sum));
            }
        }
        keep(dy, dy, gradient);
    }

    @Override
    public void gram(Floats x, int features, int tokens, int width, Floats gram, int fromRow, int toRow) {
        int padded = (features + N - 1) / N * N;
        long row = 4L * padded;
        int depth = width == 1 ? Math.min(tokens, ROWS_AT_ONCE) : width;
        try (Arena arena = Arena.ofConfined()) {
            // with one row per token the sum over tokens is the depth of a dense product
            long xt = address(Floats.allocate(arena, depth * padded));
            long part = address(Floats.allocate(arena, Tiles.ROWS * padded));
            for (int t = 0; t < tokens; t += depth) {
                int live = Math.min(depth, tokens - t);
                long from = address(x) + 4L * t * features;
                if (width == 1) {
                    for (int i = 0; i < live; i++) {
                        Tokens.copy(from + 4L * i * features, xt + i * row, features);
                    }
                } else {
                    Tokens.transpose(from, 4L * width, features, live, xt, row);
                }
                for (int r = fromRow; r < toRow; r += Tiles.ROWS) {
                    int count = Math.min(Tiles.ROWS, toRow - r);
                    Tiles.strip(live, xt + 4L * r, 4, row, xt, row, padded, part, row, count, Lanes.ZEROS, 0, 0);
                    for (int i = 0; i < count; i++) {
                        addTo(address(gram) + 4L * (r + i) * features, part + i * row, features);
                    }
                }
            }
        }
        keep(x, x, gram);
    }

    static void addTo(long sum, long part, int count) {
        int i = 0;
        for (; i + N <= count; i += N) {
            long s = (sum + 4L * i) & MASK;
            fromMemorySegment(F, ALL, s, ORDER).add(fromMemorySegment(F, ALL, (part + 4L * i) & MASK, ORDER)).intoMemorySegment(ALL, s, ORDER);
        }
        for (; i < count; i++) {
            setFloat(sum + 4L * i, getFloat(sum + 4L * i) + getFloat(part + 4L * i));
        }
    }

    private static void keep(Floats a, Floats b, Floats c) {
        reachabilityFence(a);
        reachabilityFence(b);
        reachabilityFence(c);
    }
}
