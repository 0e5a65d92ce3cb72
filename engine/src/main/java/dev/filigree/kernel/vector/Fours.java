package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** Interleaves four rows, the one movement of which all others here are made. Distances in bytes. */
final class Fours {

    /** Lane l of each takes element l / 4 of a quarter of a vector. */
    private static final VectorShuffle<Float> QUARTER0 = VectorShuffle.fromOp(F, i -> i / 4);
    private static final VectorShuffle<Float> QUARTER1 = VectorShuffle.fromOp(F, i -> N / 4 + i / 4);
    private static final VectorShuffle<Float> QUARTER2 = VectorShuffle.fromOp(F, i -> N / 2 + i / 4);
    private static final VectorShuffle<Float> QUARTER3 = VectorShuffle.fromOp(F, i -> 3 * N / 4 + i / 4);
    private static final VectorMask<Float> LANE1 = every(1);
    private static final VectorMask<Float> LANE2 = every(2);
    private static final VectorMask<Float> LANE3 = every(3);

    /** A block of 4 x 4 floats the other way round: lane l of vector k takes column l % 4, row (k N + l) / 4. */
    private static final VectorShuffle<Float> BLOCK0 = VectorShuffle.fromOp(F, i -> (4 * (i % 4) + i / 4) % N);
    private static final VectorShuffle<Float> BLOCK1 = VectorShuffle.fromOp(F, i -> (4 * (i % 4) + N / 4 + i / 4) % N);
    private static final VectorMask<Float> UPPER = VectorMask.fromLong(F, 0xCCCC);

    private Fours() {
    }

    private static VectorMask<Float> every(int lane) {
        return VectorMask.fromLong(F, 0x1111L << lane);
    }

    /** {@code y[4 i + j] = x[j][i]} for i below {@code count}, rows {@code apart}. */
    static void interleave(long x, long apart, long y, int count) {
        int left = count;
        for (; left >= N; left -= N) {
            FloatVector a = fromMemorySegment(F, ALL, x & MASK, ORDER);
            FloatVector b = fromMemorySegment(F, ALL, (x + apart) & MASK, ORDER);
            FloatVector c = fromMemorySegment(F, ALL, (x + 2 * apart) & MASK, ORDER);
            FloatVector d = fromMemorySegment(F, ALL, (x + 3 * apart) & MASK, ORDER);
            long o = y & MASK;
            a.rearrange(QUARTER0).blend(b.rearrange(QUARTER0), LANE1).blend(c.rearrange(QUARTER0), LANE2).blend(d.rearrange(QUARTER0), LANE3)
                    .intoMemorySegment(ALL, o, ORDER);
            a.rearrange(QUARTER1).blend(b.rearrange(QUARTER1), LANE1).blend(c.rearrange(QUARTER1), LANE2).blend(d.rearrange(QUARTER1), LANE3)
                    .intoMemorySegment(ALL, o + STEP, ORDER);
            a.rearrange(QUARTER2).blend(b.rearrange(QUARTER2), LANE1).blend(c.rearrange(QUARTER2), LANE2).blend(d.rearrange(QUARTER2), LANE3)
                    .intoMemorySegment(ALL, o + 2 * STEP, ORDER);
            a.rearrange(QUARTER3).blend(b.rearrange(QUARTER3), LANE1).blend(c.rearrange(QUARTER3), LANE2).blend(d.rearrange(QUARTER3), LANE3)
                    .intoMemorySegment(ALL, o + 3 * STEP, ORDER);
            x += STEP;
            y += 4 * STEP;
        }
        for (; left > 0; left--, x += 4, y += 16) {
            for (int j = 0; j < 4; j++) {
                setInt(y + 4 * j, getInt(x + j * apart));
            }
        }
    }

    /** Each of {@code blocks} neighbouring blocks of 4 x 4 floats the other way round, {@code apart} in y. */
    static void transpose(long x, long y, long apart, int blocks) {
        if (N == 16) {
            for (int i = 0; i < blocks; i++, x += 64, y += apart) {
                fromMemorySegment(F, ALL, x & MASK, ORDER).rearrange(BLOCK0).intoMemorySegment(ALL, y & MASK, ORDER);
            }
        } else if (N == 8) {
            for (int i = 0; i < blocks; i++, x += 64, y += apart) {
                FloatVector a = fromMemorySegment(F, ALL, x & MASK, ORDER);
                FloatVector b = fromMemorySegment(F, ALL, (x + STEP) & MASK, ORDER);
                a.rearrange(BLOCK0).blend(b.rearrange(BLOCK0), UPPER).intoMemorySegment(ALL, y & MASK, ORDER);
                a.rearrange(BLOCK1).blend(b.rearrange(BLOCK1), UPPER).intoMemorySegment(ALL, (y + STEP) & MASK, ORDER);
            }
        } else {
            for (int i = 0; i < blocks; i++, x += 64, y += apart) {
                interleave(x, 16, y, 4);
            }
        }
    }
}
