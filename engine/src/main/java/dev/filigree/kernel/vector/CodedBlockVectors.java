package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.LOW;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.NEXT;
import static dev.filigree.kernel.vector.Lanes.OF2;
import static dev.filigree.kernel.vector.Lanes.OF4;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getLong;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.filigree.kernel.Coded;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * Blocks of 4, 8 or 16 outputs in few bits times one token. A vector of words holds several blocks. With 8 bits each place of the
 * words holds other rows of the same blocks (see {@link Coded#inBlock}), so that all places take one vector of inputs: the
 * inputs of the blocks ahead are fetched one by one into a small ring, read from there as a vector, and spread. Vectors of
 * sixteen lanes have loops of their own, {@link WideCodedBlocks}.
 */
final class CodedBlockVectors {

    /** Inputs that are fetched ahead: so many that they have left the store buffer when a vector of them is read. */
    private static final int AHEAD = 96;

    /** Inputs in the ring, less one. */
    private static final long RING = 255;

    /** Bytes of the ring and of what a vector reads past its end. */
    static final long RING_BYTES = 4 * (RING + 1) + 64;

    /** Each input of a vector goes to the words of its block. */
    private static final VectorShuffle<Float> SPREAD_1 = VectorShuffle.fromOp(F, i -> i);
    private static final VectorShuffle<Float> SPREAD_2 = VectorShuffle.fromOp(F, i -> i / 2);
    private static final VectorShuffle<Float> SPREAD_4 = VectorShuffle.fromOp(F, i -> i / 4);

    private CodedBlockVectors() {
    }

    /** Whether there is a loop for that type at this width. */
    static boolean reaches(Coded.Type type) {
        return type == Coded.Type.INT8 || type == Coded.Type.BF16 && N == 16;
    }

    /**
     * Sums of codes, before their scales, for runs of whole units of blocks that lie end to end.
     *
     * @param ends the block at which each run ends, 32 bits each
     * @param from the block at which the first run begins
     * @param ring room for {@link #RING_BYTES}
     * @param out  {@code [runs] [blockRows / words] [N]}, word i of a block in every lane l with {@code l % words == i}
     */
    static void sums(Coded.Type type, int blockRows, int runs, long ends, int from, long column, long values, long x, long ring, long out) {
        if (N == 16) {
            WideCodedBlocks.sums(type, blockRows, runs, ends, from, column, values, x, out);
            return;
        }
        switch (blockRows) {
            case 16 -> bytesWhole(runs, ends, from, column, values, x, ring, out);
            case 8 -> bytesHalves(runs, ends, from, column, values, x, ring, out);
            case 4 -> bytesQuarters(runs, ends, from, column, values, x, ring, out);
            default -> throw new IllegalArgumentException("no coded blocks of " + blockRows + " outputs");
        }
    }

    /** The inputs of {@code count} blocks. */
    private static void fetch(int count, long column, long x, long to) {
        for (int i = 0; i + 4 <= count; i += 4) {
            long four = getLong(column + 2 * (i & INDEX));
            long t = to + 4 * (i & INDEX);
            setInt(t, getInt(x + ((four >>> OF4 & LOW) << 2)));
            setInt(t + 4, getInt(x + ((four >>> OF4 + NEXT & LOW) << 2)));
            setInt(t + 8, getInt(x + ((four >>> OF4 + 2 * NEXT & LOW) << 2)));
            setInt(t + 12, getInt(x + ((four >>> OF4 + 3 * NEXT & LOW) << 2)));
        }
        if (count == 2) {
            int two = getInt(column);
            setInt(to, getInt(x + ((two >>> OF2 & LOW) << 2)));
            setInt(to + 4, getInt(x + ((two >>> OF2 + NEXT & LOW) << 2)));
        }
        if (count == 1) {
            setInt(to, getInt(x + (getShort(column) << 2)));
        }
    }

    private static void bytesWhole(int runs, long ends, int from, long column, long values, long x, long ring, long out) {
        int each = N / 4;
        long c = column + 2L * from & MASK;
        long q = values + 16L * from & MASK;
        long xs = x & MASK;
        long rs = ring & MASK;
        int all = (getInt(ends + 4L * (runs - 1)) - from) / each;
        for (int v = 0; v < Math.min(all, AHEAD / each); v++) {
            fetch(each, c + 2 * each * (v & INDEX), xs, rs + 4 * (v * each & RING));
        }
        int v = 0;
        for (int r = 0; r < runs; r++) {
            int end = (getInt(ends + 4L * r) - from) / each;
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            for (; v < end; v++) {
                int next = v + AHEAD / each;
                if (next < all) {
                    fetch(each, c + 2 * each * (next & INDEX), xs, rs + 4 * (next * each & RING));
                }
                FloatVector u = fromMemorySegment(F, ALL, rs + 4 * (v * each & RING), ORDER).rearrange(SPREAD_4);
                IntVector w = fromMemorySegment(F, ALL, q + STEP * (v & INDEX), ORDER).reinterpretAsInts();
                a0 = u.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a0);
                a1 = u.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), a1);
                a2 = u.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), a2);
                a3 = u.fma(w.convert(VectorOperators.I2F, 0), a3);
            }
            long o = out + 4 * STEP * r & MASK;
            // a word taken for one number also held the places below
            FloatVector below = FloatVector.broadcast(F, -0x1p-8f);
            a2.fma(below, a3).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            a1.fma(below, a2).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a0.fma(below, a1).intoMemorySegment(ALL, o + STEP, ORDER);
            a0.intoMemorySegment(ALL, o, ORDER);
        }
    }

    private static void bytesHalves(int runs, long ends, int from, long column, long values, long x, long ring, long out) {
        int each = N / 2;
        long c = column + 2L * from & MASK;
        long q = values + 8L * from & MASK;
        long xs = x & MASK;
        long rs = ring & MASK;
        int all = (getInt(ends + 4L * (runs - 1)) - from) / each;
        for (int v = 0; v < Math.min(all, AHEAD / each); v++) {
            fetch(each, c + 2 * each * (v & INDEX), xs, rs + 4 * (v * each & RING));
        }
        int v = 0;
        for (int r = 0; r < runs; r++) {
            int end = (getInt(ends + 4L * r) - from) / each;
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            for (; v < end; v++) {
                int next = v + AHEAD / each;
                if (next < all) {
                    fetch(each, c + 2 * each * (next & INDEX), xs, rs + 4 * (next * each & RING));
                }
                FloatVector u = fromMemorySegment(F, ALL, rs + 4 * (v * each & RING), ORDER).rearrange(SPREAD_2);
                IntVector w = fromMemorySegment(F, ALL, q + STEP * (v & INDEX), ORDER).reinterpretAsInts();
                a0 = u.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a0);
                a1 = u.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), a1);
                a2 = u.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), a2);
                a3 = u.fma(w.convert(VectorOperators.I2F, 0), a3);
            }
            long o = out + 4 * STEP * r & MASK;
            // a word taken for one number also held the places below
            FloatVector below = FloatVector.broadcast(F, -0x1p-8f);
            a2.fma(below, a3).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            a1.fma(below, a2).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a0.fma(below, a1).intoMemorySegment(ALL, o + STEP, ORDER);
            a0.intoMemorySegment(ALL, o, ORDER);
        }
    }

    private static void bytesQuarters(int runs, long ends, int from, long column, long values, long x, long ring, long out) {
        int each = N / 1;
        long c = column + 2L * from & MASK;
        long q = values + 4L * from & MASK;
        long xs = x & MASK;
        long rs = ring & MASK;
        int all = (getInt(ends + 4L * (runs - 1)) - from) / each;
        for (int v = 0; v < Math.min(all, AHEAD / each); v++) {
            fetch(each, c + 2 * each * (v & INDEX), xs, rs + 4 * (v * each & RING));
        }
        int v = 0;
        for (int r = 0; r < runs; r++) {
            int end = (getInt(ends + 4L * r) - from) / each;
            FloatVector a0 = FloatVector.zero(F), a1 = a0, a2 = a0, a3 = a0;
            for (; v < end; v++) {
                int next = v + AHEAD / each;
                if (next < all) {
                    fetch(each, c + 2 * each * (next & INDEX), xs, rs + 4 * (next * each & RING));
                }
                FloatVector u = fromMemorySegment(F, ALL, rs + 4 * (v * each & RING), ORDER).rearrange(SPREAD_1);
                IntVector w = fromMemorySegment(F, ALL, q + STEP * (v & INDEX), ORDER).reinterpretAsInts();
                a0 = u.fma(w.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0), a0);
                a1 = u.fma(w.lanewise(VectorOperators.LSHL, 16).convert(VectorOperators.I2F, 0), a1);
                a2 = u.fma(w.lanewise(VectorOperators.LSHL, 8).convert(VectorOperators.I2F, 0), a2);
                a3 = u.fma(w.convert(VectorOperators.I2F, 0), a3);
            }
            long o = out + 4 * STEP * r & MASK;
            // a word taken for one number also held the places below
            FloatVector below = FloatVector.broadcast(F, -0x1p-8f);
            a2.fma(below, a3).intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            a1.fma(below, a2).intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a0.fma(below, a1).intoMemorySegment(ALL, o + STEP, ORDER);
            a0.intoMemorySegment(ALL, o, ORDER);
        }
    }
}
