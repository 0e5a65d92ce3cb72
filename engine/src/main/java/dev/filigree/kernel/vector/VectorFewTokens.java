package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.address;
import static java.lang.ref.Reference.reachabilityFence;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.FewTokens;
import dev.filigree.kernel.MatrixVector;

/** Turns buffers into addresses for {@link TokenPairs}: two tokens at a time, and an odd last one beside nothing. */
final class VectorFewTokens implements FewTokens {

    private final MatrixVector one;

    VectorFewTokens(MatrixVector one) {
        this.one = one;
    }

    @Override
    public void product(Ints start, Shorts column, Floats values, int chunk, Floats bias, int rows, int cols, Floats x, Floats y, int tokens, int fromRow,
            int toRow) {
        long given = bias == null ? Lanes.ZEROS : address(bias);
        for (int p = 0; p + 1 < tokens; p += 2) {
            long x0 = address(x) + 4L * p * cols;
            long y0 = address(y) + 4L * p * rows;
            long y1 = y0 + 4L * rows;
            for (int c = 0; c * chunk < cols; c++) {
                long at = 4L * c * chunk;
                TokenPairs.product(address(start) + 4L * c * rows, address(column), address(values), x0 + at, x0 + 4L * cols + at, c == 0 ? given : y0,
                        c == 0 ? given : y1, c == 0 && bias == null ? 0 : 4, y0, y1, fromRow, toRow);
            }
        }
        if (tokens % 2 != 0) {
            int p = tokens - 1;
            one.csr(start, column, values, chunk, bias, rows, cols, x.slice(p * cols, cols), y.slice(p * rows, rows), fromRow, toRow);
        }
        keep(start, column, values, bias);
        keep(start, column, x, y);
    }

    @Override
    public void back(Ints start, Shorts column, Floats values, int chunk, int rows, int cols, Floats dy, Floats x, Floats dx, Floats gradient, int tokens,
            int inChunk, int fromRow, int toRow) {
        int first = inChunk * chunk;
        int count = Math.min(chunk, cols - first);
        long near = Scratch.address(4L * TokenPairs.SIDE_BY_SIDE * count);
        for (int p = 0; p < tokens; p += 2) {
            boolean two = p + 1 < tokens;
            long at = 4L * ((long) p * cols + first);
            long next = two ? at + 4L * cols : at;
            long dy0 = address(dy) + 4L * p * rows;
            TokenPairs.gather(address(x) + at, address(x) + next, count, near);
            TokenPairs.back(address(start) + 4L * inChunk * rows, address(column), address(values), dy0, two ? dy0 + 4L * rows : Lanes.ZEROS, two ? 4 : 0, near,
                    address(gradient), fromRow, toRow);
            TokenPairs.scatter(near, 0, count, address(dx) + at);
            if (two) {
                TokenPairs.scatter(near, 1, count, address(dx) + next);
            }
        }
        keep(start, column, values, gradient);
        keep(start, column, dy, x);
        reachabilityFence(dx);
    }

    private static void keep(Ints start, Shorts column, Floats a, Floats b) {
        reachabilityFence(start);
        reachabilityFence(column);
        reachabilityFence(a);
        reachabilityFence(b);
    }
}
