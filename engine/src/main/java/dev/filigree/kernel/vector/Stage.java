package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** Deals the pixels of a plane to the staged planes of {@link Taps#staged}. */
final class Stage {

    /** Every other lane of two vectors, the first vector's in the lower half. */
    private static final VectorShuffle<Float> EVEN = VectorShuffle.fromOp(F, i -> 2 * i % N);
    private static final VectorShuffle<Float> ODD = VectorShuffle.fromOp(F, i -> (2 * i + 1) % N);
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(F, -1L << N / 2);

    private Stage() {
    }

    /**
     * @param x   the plane
     * @param end of the buffer in which it lies
     * @param out {@code taps.stagedLength()} floats
     */
    static void plane(Taps taps, long x, long end, long out) {
        Planes in = taps.in();
        int rows = in.together() * in.height();
        int stride = taps.window().stride();
        if (taps.window().spread() > 1) {
            ALL.asSlice(out, 4L * taps.stagedLength()).fill((byte) 0);
            for (int i = 0; i < rows; i++) {
                spread(taps, i, x + 4L * i * in.width(), out);
            }
            return;
        }
        for (int i = 0; i < rows; i++) {
            int y = i % in.height();
            long from = x + 4L * i * in.width();
            long to = out + 4L * (y % stride * stride * taps.stagedPlane() + (i / in.height() * taps.out().height() + y / stride) * taps.out().width());
            if (stride == 2 && from + 4L * (in.width() + 2 * N) <= end) {
                halves(from, in.width(), to, to + 4L * taps.stagedPlane());
            } else {
                for (int c = 0; c < in.width(); c++) {
                    setFloat((to + 4L * (c % stride * taps.stagedPlane() + c / stride)) & MASK, getFloat((from + 4L * c) & MASK));
                }
            }
        }
    }

    private static void spread(Taps taps, int row, long x, long out) {
        int s = taps.window().spread();
        int height = taps.in().height();
        long to = out + 4L * (row / height * taps.out().height() + row % height * s) * taps.out().width();
        for (int c = 0; c < taps.in().width(); c++) {
            setFloat((to + 4L * s * c) & MASK, getFloat((x + 4L * c) & MASK));
        }
    }

    /** Pixels with even numbers go to one row, the others to another; up to a vector past their ends is overwritten. */
    private static void halves(long x, int count, long even, long odd) {
        for (int i = 0; i < count; i += 2 * N) {
            long p = (x + 4L * i) & MASK;
            FloatVector a = fromMemorySegment(F, ALL, p, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, p + STEP, ORDER);
            a.rearrange(EVEN).blend(b.rearrange(EVEN), UPPER).intoMemorySegment(ALL, (even + 2L * i) & MASK, ORDER);
            a.rearrange(ODD).blend(b.rearrange(ODD), UPPER).intoMemorySegment(ALL, (odd + 2L * i) & MASK, ORDER);
        }
    }
}
