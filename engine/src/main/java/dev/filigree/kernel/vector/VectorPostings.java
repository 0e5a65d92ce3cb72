package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static dev.filigree.kernel.vector.Lanes.setFloat;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.base.Floats;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Postings;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Scores are looked through in vectors; they are added to one by one, for a scatter of a whole vector is slower than its stores. */
final class VectorPostings implements Postings {

    /** Bits by which a binary16 that is not negative is shifted to become a float, too small by 2^112, and that much. */
    private static final int SHIFT = 13;
    private static final float SCALE = 0x1p112f;

    /** The scale goes into the factor where that stays finite: powers of two round nothing. */
    private static final float MOST = 0x1p15f;

    @Override
    public void accumulate(Shorts documents, Shorts weights, int from, int to, float factor, Floats scores) {
        if (factor < MOST) {
            add(address(documents) + 2L * from, address(weights) + 2L * from, to - from, factor * SCALE, address(scores));
        } else {
            addLarge(address(documents) + 2L * from, address(weights) + 2L * from, to - from, factor, address(scores));
        }
        reachabilityFence(documents);
        reachabilityFence(weights);
        reachabilityFence(scores);
    }

    private static void add(long documents, long weights, int count, float factor, long scores) {
        long d = documents & MASK;
        long w = weights & MASK;
        long s = scores & MASK;
        for (int i = 0; i < count; i++) {
            long at = s + 4 * getShort(d + 2 * (i & INDEX));
            setFloat(at, getFloat(at) + Float.intBitsToFloat((int) getShort(w + 2 * (i & INDEX)) << SHIFT) * factor);
        }
    }

    private static void addLarge(long documents, long weights, int count, float factor, long scores) {
        long d = documents & MASK;
        long w = weights & MASK;
        long s = scores & MASK;
        for (int i = 0; i < count; i++) {
            long at = s + 4 * getShort(d + 2 * (i & INDEX));
            setFloat(at, getFloat(at) + Float.float16ToFloat((short) getShort(w + 2 * (i & INDEX))) * factor);
        }
    }

    @Override
    public int next(Floats scores, int from, int to, float bound) {
        long s = address(scores) & MASK;
        int i = from;
        for (; i < to - N + 1; i += N) {
            VectorMask<Float> high = fromMemorySegment(F, ALL, s + 4 * (i & INDEX), ORDER).compare(VectorOperators.GE, bound);
            if (high.anyTrue()) {
                return i + high.firstTrue();
            }
        }
        while (i < to && !(getFloat(s + 4 * (i & INDEX)) >= bound)) {
            i++;
        }
        reachabilityFence(scores);
        return i;
    }

    @Override
    public int count(Floats scores, int from, int to, float bound) {
        long s = address(scores) & MASK;
        int count = 0;
        int i = from;
        for (; i < to - N + 1; i += N) {
            count += fromMemorySegment(F, ALL, s + 4 * (i & INDEX), ORDER).compare(VectorOperators.GE, bound).trueCount();
        }
        for (; i < to; i++) {
            count += getFloat(s + 4 * (i & INDEX)) >= bound ? 1 : 0;
        }
        reachabilityFence(scores);
        return count;
    }
}
