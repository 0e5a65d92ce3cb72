package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Planes;
import dev.filigree.kernel.Taps;
import jdk.incubator.vector.VectorMask;

/** Copies what the taps of a strip of output pixels see into neighbouring rows. */
final class Unfold {

    private Unfold() {
    }

    /** Columns {@code from .. to}; row j of the result is at {@code out + j * 4 * count}. */
    static void strip(Taps taps, Floats x, int group, int from, int to, int pixel, int count, long out, long scratch) {
        int n = taps.window().taps();
        long plane = 4L * taps.in().plane();
        long channel = address(x) + plane * group * taps.in().channels();
        for (int j = from; j < to; j++) {
            int t = j % n;
            long from0 = channel + plane * (j / n);
            long row = out + 4L * count * (j - from);
            if (taps.shifted()) {
                long p = from0 + 4L * (pixel + taps.distance().get(t));
                copy(inside(p, count, x) ? p : edge(p, count, x, scratch), taps.inside().address() + 8L * taps.words() * t, pixel, count, row);
            } else {
                gather(from0, address(taps.source()) + 4L * ((long) t * taps.out().units() * Planes.UNIT + pixel), count, row);
            }
        }
    }

    private static boolean inside(long p, int count, Floats x) {
        return p >= address(x) && p + 4L * count <= address(x) + x.bytes();
    }

    /** The floats from {@code p} in {@code scratch}, with zeros for those outside of the buffer. */
    private static long edge(long p, int count, Floats x, long scratch) {
        for (int i = 0; i < count; i++) {
            setFloat(scratch + 4L * i, inside(p + 4L * i, 1, x) ? getFloat(p + 4L * i) : 0f);
        }
        return scratch;
    }

    private static void copy(long p, long inside, int pixel, int count, long out) {
        for (int i = 0; i < count; i += N) {
            int q = pixel + i;
            VectorMask<Float> live = VectorMask.fromLong(F, getLong((inside + 8L * (q >>> 6)) & MASK) >>> q);
            fromMemorySegment(F, ALL, (p + 4L * i) & MASK, ORDER, live).intoMemorySegment(ALL, (out + 4L * i) & MASK, ORDER);
        }
    }

    private static void gather(long plane, long source, int count, long out) {
        for (int i = 0; i < count; i++) {
            int s = getInt((source + 4L * i) & MASK);
            setFloat((out + 4L * i) & MASK, s < 0 ? 0f : getFloat((plane + 4L * s) & MASK));
        }
    }
}
