package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Attention;
import jdk.incubator.vector.FloatVector;

/**
 * Attention with queries along lanes. Where a sequence crosses panels, the head's tokens are copied to plain matrices
 * in the scratch buffer; scores are kept as {@code [keys x queries]}, so the softmax over keys runs down the rows and
 * needs no sum over lanes, and both products are the dense tiles of {@link Tiles}. Forward takes {@link #STRIP} queries
 * at a time, whose scores stay in the nearest caches.
 */
final class VectorAttention implements Attention {

    /** Queries whose scores are held at once. */
    private static final int STRIP = 64;

    @Override
    public int scratch(int length, int headSize) {
        int padded = padded(length);
        int forward = 3 * features(headSize, padded) + (length + headSize + 1) * STRIP;
        int backward = 5 * features(headSize, padded) + 4 * length * padded;
        return Math.max(forward, backward);
    }

    /** Tokens rounded up to whole vectors. */
    private static int padded(int length) {
        return Math.ceilDiv(length, N) * N;
    }

    /** Floats of a matrix with one row per feature, up to the next cache line. */
    private static int features(int headSize, int padded) {
        return Math.ceilDiv(headSize * padded, 16) * 16;
    }

    @Override
    public void attend(Floats q, Floats k, Floats v, Floats out, int features, int width, int from, int to, int head, int headSize, float scale,
            Floats scratch) {
        int n = to - from;
        int padded = padded(n);
        int first = head * headSize;
        long qs = address(scratch);
        long ks = qs + 4L * features(headSize, padded);
        long vs = ks + 4L * features(headSize, padded);
        long scores = vs + 4L * features(headSize, padded);
        long result = scores + 4L * n * STRIP;
        long inverse = result + 4L * headSize * STRIP;
        long row = 4L * padded;
        if (from % width + padded <= width) { // the sequence and its last vector lie in one panel, which serves as it is
            long at = 4L * (((long) (from / width) * features + first) * width + from % width);
            qs = address(q) + at;
            ks = address(k) + at;
            vs = address(v) + at;
            row = 4L * width;
        } else {
            Tokens.read(address(q), features, width, from, to, first, headSize, qs, row, padded);
            Tokens.read(address(k), features, width, from, to, first, headSize, ks, row, padded);
            Tokens.read(address(v), features, width, from, to, first, headSize, vs, row, padded);
        }
        for (int s = 0; s < n; s += STRIP) {
            int count = Math.min(STRIP, padded - s);
            Tiles.product(n, headSize, ks, 4, row, qs + 4L * s, row, count, scores, 4L * STRIP);
            for (long t = 0; t < 4L * count; t += STEP) {
                Softmax.columns(scores + t, scores + t, 4L * STRIP, n, scale, inverse + t);
            }
            Tiles.product(headSize, n, vs, row, 4, scores, 4L * STRIP, count, result, 4L * STRIP);
            multiplyRows(result, 4L * STRIP, headSize, count, inverse);
            Tokens.write(result, 4L * STRIP, address(out), features, width, from + s, Math.min(to, from + s + STRIP), first, headSize);
        }
        reachabilityFence(q);
        reachabilityFence(k);
        reachabilityFence(v);
        reachabilityFence(out);
        reachabilityFence(scratch);
    }

    @Override
    public void attendBackward(Floats q, Floats k, Floats v, Floats dOut, Floats dq, Floats dk, Floats dv, int features, int width, int from, int to,
            int head, int headSize, float scale, Floats scratch) {
        int n = to - from;
        int padded = padded(n);
        long row = 4L * padded;
        int first = head * headSize;
        long qs = address(scratch);
        long ks = qs + 4L * features(headSize, padded);
        long vs = ks + 4L * features(headSize, padded);
        long ds = vs + 4L * features(headSize, padded);
        long result = ds + 4L * features(headSize, padded);
        long weights = result + 4L * features(headSize, padded);
        long slopes = weights + n * row;
        long weightsT = slopes + n * row;
        long slopesT = weightsT + n * row;
        Tokens.read(address(q), features, width, from, to, first, headSize, qs, row, padded);
        Tokens.read(address(k), features, width, from, to, first, headSize, ks, row, padded);
        Tokens.read(address(v), features, width, from, to, first, headSize, vs, row, padded);
        Tokens.read(address(dOut), features, width, from, to, first, headSize, ds, row, padded);

        // one row per key, queries along lanes
        Tiles.product(n, headSize, ks, 4, row, qs, row, padded, weights, row);
        for (long t = 0; t < row; t += STEP) {
            Softmax.columns(weights + t, weights + t, row, n, scale, 0);
        }
        Tiles.product(n, headSize, vs, 4, row, ds, row, padded, slopes, row);
        Softmax.backward(weights, slopes, slopes, row, n, padded, scale);
        Tokens.transpose(weights, row, n, n, weightsT, row);
        Tokens.transpose(slopes, row, n, n, slopesT, row);

        Tiles.product(headSize, n, ks, row, 4, slopes, row, padded, result, row);
        Tokens.write(result, row, address(dq), features, width, from, to, first, headSize);
        Tiles.product(headSize, n, qs, row, 4, slopesT, row, padded, result, row);
        Tokens.write(result, row, address(dk), features, width, from, to, first, headSize);
        Tiles.product(headSize, n, ds, row, 4, weightsT, row, padded, result, row);
        Tokens.write(result, row, address(dv), features, width, from, to, first, headSize);
        reachabilityFence(q);
        reachabilityFence(k);
        reachabilityFence(v);
        reachabilityFence(dOut);
        reachabilityFence(dq);
        reachabilityFence(dk);
        reachabilityFence(dv);
        reachabilityFence(scratch);
    }

    /** Multiplies every row of {@code [rows x count]} by the row at {@code factors}. */
    private static void multiplyRows(long m, long rowBytes, int rows, int count, long factors) {
        for (int t = 0; t < count; t += N) {
            FloatVector f = fromMemorySegment(F, ALL, (factors + 4L * t) & MASK, ORDER);
            long p = m + 4L * t;
            for (int r = 0; r < rows; r++) {
                fromMemorySegment(F, ALL, p & MASK, ORDER).mul(f).intoMemorySegment(ALL, p & MASK, ORDER);
                p += rowBytes;
            }
        }
    }
}
