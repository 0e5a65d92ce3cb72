package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.load;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.kernel.SparseGradients;
import java.lang.foreign.Arena;
import jdk.incubator.vector.FloatVector;

/** Gradients of live weights: dot products along tokens, panel by panel so that a panel of x stays in cache. */
final class VectorSparseGradients implements SparseGradients {

    @Override
    public void csr(Ints start, Ints column, int chunks, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient, int fromRow,
            int toRow) {
        long rowBytes = 4L * width;
        for (int p = 0; p < panels; p++) {
            for (int c = 0; c < chunks; c++) {
                for (int r = fromRow; r < toRow; r++) {
                    long s = address(start) + 4L * ((long) c * rows + r);
                    entries(getInt(s), getInt(s + 4), address(column), address(dy) + ((long) p * rows + r) * rowBytes, address(x) + p * cols * rowBytes, rowBytes,
                            address(gradient), 4);
                }
            }
        }
        reachabilityFence(start);
        reachabilityFence(column);
        keep(dy, x, gradient);
    }

    @Override
    public void blocks(Ints start, Ints column, int blockRows, int rows, int cols, Floats dy, Floats x, int width, int panels, Floats gradient, int fromBlock,
            int toBlock) {
        long rowBytes = 4L * width;
        for (int p = 0; p < panels; p++) {
            for (int b = fromBlock; b < toBlock; b++) {
                long s = address(start) + 4L * b;
                for (int i = 0; i < blockRows && b * blockRows + i < rows; i++) {
                    entries(getInt(s), getInt(s + 4), address(column), address(dy) + ((long) p * rows + b * blockRows + i) * rowBytes,
                            address(x) + p * cols * rowBytes, rowBytes, address(gradient) + 4L * i, 4L * blockRows);
                }
            }
        }
        reachabilityFence(start);
        reachabilityFence(column);
        keep(dy, x, gradient);
    }

    /** Adds the panel's part to the gradients of entries {@code from .. to}, all of one output row. */
    private static void entries(int from, int to, long column, long dy, long x, long rowBytes, long gradient, long gradientStep) {
        for (int j = from; j < to; j++) {
            long p = x + getInt((column + 4L * j) & MASK) * rowBytes;
            FloatVector sum = FloatVector.zero(F);
            for (long t = 0; t < rowBytes; t += STEP) {
                sum = load((dy + t) & MASK).fma(load((p + t) & MASK), sum);
            }
            long g = (gradient + j * gradientStep) & MASK;
            setFloat(g, getFloat(g) + Functions.sum(sum));
        }
    }

    @Override
    public void rowSums(Floats dy, int rows, int width, int panels, Floats gradient, int fromRow, int toRow) {
        for (int r = fromRow; r < toRow; r++) {
            FloatVector sum = FloatVector.zero(F);
            for (int p = 0; p < panels; p++) {
                long at = address(dy) + 4L * width * ((long) p * rows + r);
                for (int t = 0; t < width; t += N) {
                    sum = sum.add(load((at + 4L * t) & MASK));
                }
            }
            long g = address(gradient) + 4L * r;
            setFloat(g, getFloat(g) + Functions.sum(sum));
        }
        keep(dy, dy, gradient);
    }

    @Override
    public void gram(Floats x, int features, int tokens, int width, Floats gram, int fromRow, int toRow) {
        int padded = (features + N - 1) / N * N;
        long row = 4L * padded;
        try (Arena arena = Arena.ofConfined()) {
            // with one row per token the sum over tokens is the depth of a dense product; tiles read five floats too far
            long xt = address(Floats.allocate(arena, width * padded + 16));
            long part = address(Floats.allocate(arena, Tiles.ROWS * padded));
            for (int p = 0; p * width < tokens; p++) {
                int live = Math.min(width, tokens - p * width);
                Tokens.transpose(address(x) + 4L * p * features * width, 4L * width, features, live, xt, row);
                for (int r = fromRow; r < toRow; r += Tiles.ROWS) {
                    int count = Math.min(Tiles.ROWS, toRow - r);
                    Tiles.strip(live, xt + 4L * r, row, xt, row, padded, part, row, count, Lanes.ZEROS, 0);
                    for (int i = 0; i < count; i++) {
                        addTo(address(gram) + 4L * (r + i) * features, part + i * row, features);
                    }
                }
            }
        }
        keep(x, x, gram);
    }

    private static void addTo(long sum, long part, int count) {
        int i = 0;
        for (; i + N <= count; i += N) {
            long s = (sum + 4L * i) & MASK;
            Lanes.store(load(s).add(load((part + 4L * i) & MASK)), s);
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
