package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.address;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Attention;
import jdk.incubator.vector.FloatVector;

/**
 * Attention with queries along lanes. The head's tokens are copied to plain matrices in the scratch buffer; scores are
 * kept as {@code [keys x queries]}, so the softmax over keys runs down the rows and needs no sum over lanes, and both
 * products are the dense tiles of {@link Tiles}. Forward takes {@link #STRIP} queries at a time, whose scores stay in
 * the nearest caches.
 */
final class VectorAttention implements Attention {

    /** Queries whose scores are held at once. */
    private static final int STRIP = 64;

    private static final float LOG2_E = 1.44269504f;

    /** Where the matrices of one call lie in scratch; all in floats, each starting on a cache line. */
    private record Plan(int length, int headSize) {

        /** Tokens rounded up to whole vectors. */
        int padded() {
            return round(length, N);
        }

        /** Row length of matrices with one row per token; tiles read up to five floats past the head's features. */
        int tokenRow() {
            return round(headSize, 16) + 16;
        }

        /** One row per feature. */
        int features() {
            return round(headSize * padded(), 16) + 16;
        }

        /** One row per token. */
        int tokens() {
            return length * tokenRow() + 16;
        }

        int forward() {
            return 2 * features() + tokens() + (length + headSize + 1) * STRIP;
        }

        int backward() {
            return 5 * features() + 3 * tokens() + 4 * length * padded() + padded();
        }

        private static int round(int n, int to) {
            return (n + to - 1) / to * to;
        }
    }

    @Override
    public int scratch(int length, int headSize) {
        Plan plan = new Plan(length, headSize);
        return Math.max(plan.forward(), plan.backward());
    }

    @Override
    public void attend(Floats q, Floats k, Floats v, Floats out, int features, int width, int from, int to, int head, int headSize, float scale,
            Floats scratch) {
        int n = to - from;
        Plan plan = new Plan(n, headSize);
        int padded = plan.padded();
        long row = 4L * padded;
        long tokenRow = 4L * plan.tokenRow();
        long qs = address(scratch);
        long ks = qs + 4L * plan.features();
        long vt = ks + 4L * plan.features();
        long scores = vt + 4L * plan.tokens();
        long result = scores + 4L * n * STRIP;
        long inverse = result + 4L * headSize * STRIP;
        int first = head * headSize;
        // v passes through the space of q on its way to one row per token
        Tokens.read(address(v), features, width, from, to, first, headSize, qs, row, padded);
        Tokens.transpose(qs, row, headSize, n, vt, tokenRow);
        Tokens.read(address(q), features, width, from, to, first, headSize, qs, row, padded);
        Tokens.read(address(k), features, width, from, to, first, headSize, ks, row, padded);
        for (int s = 0; s < n; s += STRIP) {
            int count = Math.min(STRIP, padded - s);
            Tiles.product(n, headSize, ks, row, qs + 4L * s, row, count, scores, 4L * STRIP);
            softmax(scores, 4L * STRIP, n, count, scale * LOG2_E, inverse);
            Tiles.product(headSize, n, vt, tokenRow, scores, 4L * STRIP, count, result, 4L * STRIP);
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
        Plan plan = new Plan(n, headSize);
        int padded = plan.padded();
        long row = 4L * padded;
        long tokenRow = 4L * plan.tokenRow();
        int first = head * headSize;
        long qs = address(scratch);
        long ks = qs + 4L * plan.features();
        long vs = ks + 4L * plan.features();
        long ds = vs + 4L * plan.features();
        long result = ds + 4L * plan.features();
        long qt = result + 4L * plan.features();
        long kt = qt + 4L * plan.tokens();
        long dt = kt + 4L * plan.tokens();
        long weights = dt + 4L * plan.tokens();
        long slopes = weights + n * row;
        long weightsT = slopes + n * row;
        long slopesT = weightsT + n * row;
        long inverse = slopesT + n * row;
        Tokens.read(address(q), features, width, from, to, first, headSize, qs, row, padded);
        Tokens.read(address(k), features, width, from, to, first, headSize, ks, row, padded);
        Tokens.read(address(v), features, width, from, to, first, headSize, vs, row, padded);
        Tokens.read(address(dOut), features, width, from, to, first, headSize, ds, row, padded);
        Tokens.transpose(qs, row, headSize, n, qt, tokenRow);
        Tokens.transpose(ks, row, headSize, n, kt, tokenRow);
        Tokens.transpose(ds, row, headSize, n, dt, tokenRow);

        Tiles.product(n, headSize, ks, row, qs, row, padded, weights, row);
        softmax(weights, row, n, padded, scale * LOG2_E, inverse);
        multiplyRows(weights, row, n, padded, inverse);
        Tiles.product(n, headSize, vs, row, ds, row, padded, slopes, row);
        softmaxBackward(weights, slopes, row, n, padded, scale);
        Tokens.transpose(weights, row, n, n, weightsT, row);
        Tokens.transpose(slopes, row, n, n, slopesT, row);

        Tiles.product(headSize, n, kt, tokenRow, slopes, row, padded, result, row);
        Tokens.write(result, row, address(dq), features, width, from, to, first, headSize);
        Tiles.product(headSize, n, qt, tokenRow, slopesT, row, padded, result, row);
        Tokens.write(result, row, address(dk), features, width, from, to, first, headSize);
        Tiles.product(headSize, n, dt, tokenRow, weightsT, row, padded, result, row);
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

    /**
     * Replaces each column of {@code [rows x count]} by {@code 2^(factor (s - max))} and writes one over the column's
     * sum to {@code inverse}.
     */
    private static void softmax(long s, long rowBytes, int rows, int count, float factor, long inverse) {
        for (int t = 0; t < count; t += N) {
            long p = s + 4L * t;
            FloatVector max = fromMemorySegment(F, ALL, p & MASK, ORDER);
            for (int j = 1; j < rows; j++) {
                p += rowBytes;
                max = max.max(fromMemorySegment(F, ALL, p & MASK, ORDER));
            }
            p = s + 4L * t;
            FloatVector sum = FloatVector.zero(F);
            FloatVector scale = broadcast(F, factor);
            for (int j = 0; j < rows; j++) {
                FloatVector e = Functions.exp2(fromMemorySegment(F, ALL, p & MASK, ORDER).sub(max).mul(scale));
                sum = sum.add(e);
                e.intoMemorySegment(ALL, p & MASK, ORDER);
                p += rowBytes;
            }
            broadcast(F, 1f).div(sum).intoMemorySegment(ALL, (inverse + 4L * t) & MASK, ORDER);
        }
    }

    /** Turns the slope of the weights into the slope of the unscaled scores: {@code w (d - sum w d) scale}, per column. */
    private static void softmaxBackward(long weights, long slopes, long rowBytes, int rows, int count, float scale) {
        for (int t = 0; t < count; t += N) {
            FloatVector mean = FloatVector.zero(F);
            for (int j = 0; j < rows; j++) {
                long o = j * rowBytes + 4L * t;
                mean = fromMemorySegment(F, ALL, (weights + o) & MASK, ORDER).fma(fromMemorySegment(F, ALL, (slopes + o) & MASK, ORDER), mean);
            }
            for (int j = 0; j < rows; j++) {
                long o = j * rowBytes + 4L * t;
                FloatVector w = fromMemorySegment(F, ALL, (weights + o) & MASK, ORDER).mul(scale);
                long at = (slopes + o) & MASK;
                fromMemorySegment(F, ALL, at, ORDER).sub(mean).mul(w).intoMemorySegment(ALL, at, ORDER);
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
