package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Softmax down the columns of a matrix, a vector of columns at a time: no sum over lanes is needed. */
final class Softmax {

    static final float LOG2_E = 1.44269504f;

    private Softmax() {
    }

    /**
     * The softmax of {@code factor} times each of one vector of columns; {@code out} may be {@code in}.
     *
     * @param inverse zero, or an address: then columns are not divided by their sums, and one over each sum goes there
     */
    static void columns(long in, long out, long rowBytes, int rows, float factor, long inverse) {
        long p = in;
        FloatVector max = fromMemorySegment(F, ALL, p & MASK, ORDER);
        for (int j = 1; j < rows; j++) {
            p += rowBytes;
            FloatVector x = fromMemorySegment(F, ALL, p & MASK, ORDER);
            max = max.blend(x, x.compare(VectorOperators.GT, max)); // of no number the exponential is none either
        }
        p = in;
        long q = out;
        FloatVector sum = FloatVector.zero(F);
        FloatVector scale = broadcast(F, factor * LOG2_E);
        for (int j = 0; j < rows; j++) {
            FloatVector e = Functions.exp2(fromMemorySegment(F, ALL, p & MASK, ORDER).sub(max).mul(scale));
            sum = sum.add(e);
            e.intoMemorySegment(ALL, q & MASK, ORDER);
            p += rowBytes;
            q += rowBytes;
        }
        FloatVector share = broadcast(F, 1f).div(sum);
        if (inverse != 0) {
            share.intoMemorySegment(ALL, inverse & MASK, ORDER);
            return;
        }
        q = out;
        for (int j = 0; j < rows; j++) {
            fromMemorySegment(F, ALL, q & MASK, ORDER).mul(share).intoMemorySegment(ALL, q & MASK, ORDER);
            q += rowBytes;
        }
    }

    /** {@code out = scale y (dy - sum y dy)} for each of the first {@code count} columns; {@code out} may be {@code dy}. */
    static void backward(long y, long dy, long out, long rowBytes, int rows, int count, float scale) {
        for (int t = 0; t < count; t += N) {
            FloatVector mean = FloatVector.zero(F);
            for (int j = 0; j < rows; j++) {
                long o = j * rowBytes + 4L * t;
                mean = fromMemorySegment(F, ALL, (y + o) & MASK, ORDER).fma(fromMemorySegment(F, ALL, (dy + o) & MASK, ORDER), mean);
            }
            for (int j = 0; j < rows; j++) {
                long o = j * rowBytes + 4L * t;
                FloatVector w = fromMemorySegment(F, ALL, (y + o) & MASK, ORDER).mul(scale);
                fromMemorySegment(F, ALL, (dy + o) & MASK, ORDER).sub(mean).mul(w).intoMemorySegment(ALL, (out + o) & MASK, ORDER);
            }
        }
    }
}
