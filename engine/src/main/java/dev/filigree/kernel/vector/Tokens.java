package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static dev.filigree.kernel.vector.Lanes.setLong;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;


/** Copies the tokens of a sequence between panels and a plain matrix with one row per feature. */
final class Tokens {

    private Tokens() {
    }

    /**
     * Reads features {@code first .. first+count} of tokens {@code from .. to} into matrix rows of
     * {@code rowBytes}; the rest of each row, up to {@code padded} floats, becomes zero.
     */
    static void read(long panels, int features, int width, int from, int end, int first, int count, long matrix, long rowBytes, int padded) {
        if (width == 1) { // one row per token
            transpose(panels + 4L * ((long) from * features + first), 4L * features, end - from, count, matrix, rowBytes);
        } else {
            for (int t = from; t < end;) {
                int run = Math.min(end - t, width - t % width);
                long p = panels + 4L * (((long) (t / width) * features + first) * width + t % width);
                long q = matrix + 4L * (t - from);
                for (int f = 0; f < count; f++) {
                    copy(p, q, run);
                    p += 4L * width;
                    q += rowBytes;
                }
                t += run;
            }
        }
        for (int f = 0; f < count; f++) {
            for (int i = end - from; i < padded; i++) {
                setFloat(matrix + f * rowBytes + 4L * i, 0f);
            }
        }
    }

    /** Writes rows of a matrix back to panels: token {@code from} is the matrix' first column. */
    static void write(long matrix, long rowBytes, long panels, int features, int width, int from, int end, int first, int count) {
        if (width == 1) {
            transpose(matrix, rowBytes, count, end - from, panels + 4L * ((long) from * features + first), 4L * features);
            return;
        }
        for (int t = from; t < end;) {
            int run = Math.min(end - t, width - t % width);
            long p = panels + 4L * (((long) (t / width) * features + first) * width + t % width);
            long q = matrix + 4L * (t - from);
            for (int f = 0; f < count; f++) {
                copy(q, p, run);
                p += 4L * width;
                q += rowBytes;
            }
            t += run;
        }
    }

    /** {@code out[c][r] = in[r][c]} for {@code [rows x cols]}. */
    static void transpose(long in, long inRow, int rows, int cols, long out, long outRow) {
        for (int r = 0; r < rows; r += 16) {
            for (int c = 0; c < cols; c++) {
                for (int i = r; i < Math.min(rows, r + 16); i++) {
                    setFloat((out + c * outRow + 4L * i) & MASK, getFloat((in + i * inRow + 4L * c) & MASK));
                }
            }
        }
    }

    /** Copies {@code count} floats that do not overlap. */
    static void copy(long p, long q, int count) {
        int i = 0;
        for (; i + Lanes.N <= count; i += Lanes.N) {
            fromMemorySegment(F, ALL, (p + 4L * i) & MASK, ORDER).intoMemorySegment(ALL, (q + 4L * i) & MASK, ORDER);
        }
        for (; i + 2 <= count; i += 2) { // no shorter vectors: see Lanes
            setLong((q + 4L * i) & MASK, getLong((p + 4L * i) & MASK));
        }
        if (i < count) {
            setFloat((q + 4L * i) & MASK, getFloat((p + 4L * i) & MASK));
        }
    }
}
