package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static dev.filigree.kernel.vector.Softmax.LOG2_E;
import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Cross-entropy down the columns of a matrix, a vector of columns at a time, its rows read once for the sum and once for the gradient. */
final class Entropy {

    /** Rows whose maximum is taken before their exponentials: they are still in the nearest cache then. */
    private static final int CHUNK = 64;

    private Entropy() {
    }

    /** See {@link dev.filigree.kernel.Norms#logSumExp}; the three results of a column lie {@code outRow} bytes apart. */
    static void logSumExp(long in, long rowBytes, int rows, long out, long outRow) {
        FloatVector max = broadcast(F, Float.NEGATIVE_INFINITY);
        FloatVector best = FloatVector.zero(F);
        FloatVector sum = FloatVector.zero(F);
        FloatVector total = FloatVector.zero(F);
        FloatVector scale = broadcast(F, LOG2_E);
        for (int j = 0; j < rows; j += CHUNK) {
            int end = Math.min(rows, j + CHUNK);
            long p = in + j * rowBytes;
            FloatVector before = max;
            for (int i = j; i < end; i++) {
                FloatVector x = fromMemorySegment(F, ALL, p & MASK, ORDER);
                VectorMask<Float> above = x.compare(VectorOperators.GT, max);
                max = max.blend(x, above);
                best = best.blend(broadcast(F, (float) i), above);
                total = total.add(x);
                p += rowBytes;
            }
            sum = sum.mul(Functions.exp2(before.sub(max).mul(scale)));
            p = in + j * rowBytes;
            for (int i = j; i < end; i++) {
                sum = sum.add(Functions.exp2(fromMemorySegment(F, ALL, p & MASK, ORDER).sub(max).mul(scale)));
                p += rowBytes;
            }
        }
        best.intoMemorySegment(ALL, (out + outRow) & MASK, ORDER);
        total.div(rows).intoMemorySegment(ALL, (out + 2 * outRow) & MASK, ORDER);
        float[] largest = new float[N];
        float[] sums = new float[N];
        max.intoArray(largest, 0);
        sum.intoArray(sums, 0);
        logs(largest, sums, out);
    }

    /** One number at a time, and therefore in a method of its own. */
    private static void logs(float[] largest, float[] sums, long out) {
        for (int t = 0; t < N; t++) {
            setFloat(out + 4L * t, (float) (largest[t] + Math.log(sums[t])));
        }
    }

    /** {@code out = scale (exp(in - log) - uniform)}, log and scale one number a column. */
    static void gradient(long in, long out, long rowBytes, int rows, long log, long scale, float uniform) {
        FloatVector logs = fromMemorySegment(F, ALL, log & MASK, ORDER);
        FloatVector scales = fromMemorySegment(F, ALL, scale & MASK, ORDER);
        FloatVector less = scales.mul(-uniform);
        FloatVector base2 = broadcast(F, LOG2_E);
        for (int j = 0; j < rows; j++) {
            FloatVector e = Functions.exp2(fromMemorySegment(F, ALL, in & MASK, ORDER).sub(logs).mul(base2));
            e.fma(scales, less).intoMemorySegment(ALL, out & MASK, ORDER);
            in += rowBytes;
            out += rowBytes;
        }
    }
}
