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
        long image = address(x) + plane * group * taps.in().channels();
        if (taps.in().dealt()) {
            for (int i = 0; i < (to - from) * count; i++) {
                int j = from + i / count;
                int s = taps.source(j % n, pixel + i % count);
                setFloat(out + 4L * i, s < 0 ? 0f : getFloat(image + plane * (j / n) + 4L * s));
            }
        } else if (taps.shifted()) {
            columns(n, address(taps.distance()), taps.inside().address(), 8L * taps.words(), image, plane, from, to, pixel, count, address(x),
                    address(x) + x.bytes(), out, scratch);
        } else {
            for (int j = from; j < to; j++) {
                long source = address(taps.source()) + 4L * ((long) (j % n) * taps.out().units() * Planes.UNIT + pixel);
                gather(image + plane * (j / n), source, count, out + 4L * count * (j - from));
            }
        }
    }

    private static void columns(int taps, long distance, long inside, long tapBytes, long image, long plane, int from, int to, int pixel, int count,
            long begin, long end, long out, long scratch) {
        long bytes = 4L * count;
        int t = from % taps;
        long seen = image + plane * (from / taps) + 4L * pixel;
        for (int j = from; j < to; j++) {
            long p = seen + 4L * getInt((distance + 4L * t) & MASK);
            boolean within = p >= begin && p + bytes <= end;
            copy(within ? p : edge(p, count, begin, end, scratch), inside + tapBytes * t, pixel, count, out);
            out += bytes;
            if (++t == taps) {
                t = 0;
                seen += plane;
            }
        }
    }

    /** The floats from {@code p} in {@code scratch}, with zeros for those outside of {@code begin .. end}. */
    private static long edge(long p, int count, long begin, long end, long scratch) {
        for (int i = 0; i < count; i++) {
            long at = p + 4L * i;
            setFloat(scratch + 4L * i, at >= begin && at + 4 <= end ? getFloat(at) : 0f);
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
