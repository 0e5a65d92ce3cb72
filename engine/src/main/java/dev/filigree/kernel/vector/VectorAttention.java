package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
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

    /** A score so low that its weight is nothing, and no infinity. */
    private static final float HIDDEN = -1e30f;

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
            boolean causal, Floats scratch) {
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
            int seen = causal ? Math.min(n, s + STRIP) : n;
            Tiles.product(seen, headSize, ks, 4, row, qs + 4L * s, row, count, scores, 4L * STRIP);
            if (causal) {
                fillBefore(scores + 4L * STRIP * s, 4L * STRIP, seen - s, HIDDEN);
            }
            for (long t = 0; t < 4L * count; t += STEP) {
                Softmax.columns(scores + t, scores + t, 4L * STRIP, seen, scale, inverse + t);
            }
            if (causal) {
                fillBefore(scores + 4L * STRIP * s, 4L * STRIP, seen - s, 0f);
            }
            Tiles.product(headSize, seen, vs, row, 4, scores, 4L * STRIP, count, result, 4L * STRIP);
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
            int head, int headSize, float scale, boolean causal, Floats scratch) {
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

        // one row per key, queries along lanes; of a causal square only what lies right of its diagonal of strips
        int strip = causal ? STRIP : padded;
        for (int j = 0; j < n; j += strip) {
            int keys = Math.min(strip, n - j);
            long at = j * row + 4L * j;
            Tiles.product(keys, headSize, ks + 4L * j, 4, row, qs + 4L * j, row, padded - j, weights + at, row);
            Tiles.product(keys, headSize, vs + 4L * j, 4, row, ds + 4L * j, row, padded - j, slopes + at, row);
            if (causal) {
                fillBefore(weights + at, row, keys, HIDDEN);
            }
        }
        for (int i = 0; i < padded; i += strip) {
            int count = Math.min(strip, padded - i);
            int seen = Math.min(n, i + strip);
            for (long t = 4L * i; t < 4L * (i + count); t += STEP) {
                Softmax.columns(weights + t, weights + t, row, seen, scale, 0);
            }
            if (causal) {
                fillBefore(weights + i * row + 4L * i, row, seen - i, 0f);
            }
            Softmax.backward(weights + 4L * i, slopes + 4L * i, slopes + 4L * i, row, seen, count, scale);
            Tiles.product(headSize, seen, ks, row, 4, slopes + 4L * i, row, count, result + 4L * i, row);
        }
        Tokens.write(result, row, address(dq), features, width, from, to, first, headSize);
        for (int j = 0; j < n; j += strip) {
            long at = j * row + 4L * j;
            Tokens.transpose(weights + at, row, Math.min(strip, n - j), n - j, weightsT + at, row);
            Tokens.transpose(slopes + at, row, Math.min(strip, n - j), n - j, slopesT + at, row);
        }
        backwardKeys(headSize, n, strip, padded, qs, slopesT, row, result);
        Tokens.write(result, row, address(dk), features, width, from, to, first, headSize);
        backwardKeys(headSize, n, strip, padded, ds, weightsT, row, result);
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

    /** {@code result = x m}, keys along lanes, strip by strip; m is zero for queries before a strip. */
    private static void backwardKeys(int headSize, int n, int strip, int padded, long x, long m, long row, long result) {
        for (int j = 0; j < padded; j += strip) {
            Tiles.product(headSize, n - j, x + 4L * j, row, 4, m + j * row + 4L * j, row, Math.min(strip, padded - j), result + 4L * j, row);
        }
    }

    @Override
    public int pastScratch(int capacity, int headSize) {
        return PastVectors.scratch(capacity, headSize);
    }

    @Override
    public void attendPast(Floats q, Floats out, int features, int width, int from, int to, int head, int headSize, float scale, Floats keys, Floats values,
            int capacity, int length, Floats scratch) {
        for (int t = from; t < to; t++) {
            long at = 4L * (((long) (t / width) * features + head * headSize) * width + t % width);
            PastVectors.attend(address(q) + at, address(out) + at, 4L * width, headSize, scale, address(keys), address(values), capacity, length - (to - 1 - t), address(scratch));
        }
        reachabilityFence(q);
        reachabilityFence(out);
        reachabilityFence(keys);
        reachabilityFence(values);
        reachabilityFence(scratch);
    }

    @Override
    public void attendPast(Floats q, Floats out, int features, int width, int from, int to, int head, int headSize, float scale, Ints keys, Ints values,
            int capacity, int length, Floats scratch) {
        for (int t = from; t < to; t++) {
            long at = 4L * (((long) (t / width) * features + head * headSize) * width + t % width);
            HalfPastVectors.attend(address(q) + at, address(out) + at, 4L * width, headSize, scale, address(keys), address(values), capacity, length - (to - 1 - t),
                    address(scratch));
        }
        reachabilityFence(q);
        reachabilityFence(out);
        reachabilityFence(keys);
        reachabilityFence(values);
        reachabilityFence(scratch);
    }

    /** Sets the first r numbers of row r: queries that come before their key. */
    private static void fillBefore(long m, long rowBytes, int rows, float value) {
        for (int r = 1; r < rows; r++) {
            for (int i = 0; i < r; i++) {
                setFloat((m + r * rowBytes + 4L * i) & MASK, value);
            }
        }
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
