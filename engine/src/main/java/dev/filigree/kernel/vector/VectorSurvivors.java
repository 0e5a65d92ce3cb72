package dev.filigree.kernel.vector;

import static dev.filigree.kernel.Kernels.TILE_ROWS;
import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Survivors;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** Ranks every weight among those of its group: a vector holds four rows of a few columns, each compared with each. */
final class VectorSurvivors implements Survivors {

    /** Columns of a vector. */
    private static final int COLUMNS = N / TILE_ROWS;

    private static final VectorShuffle<Integer> COLUMN0 = column(0);
    private static final VectorShuffle<Integer> COLUMN1 = column(1);
    private static final VectorShuffle<Integer> COLUMN2 = column(2);
    private static final VectorShuffle<Integer> COLUMN3 = column(3);

    /** Lanes of later columns, where an equal weight of the column comes first. */
    private static final VectorMask<Integer> AFTER0 = after(0);
    private static final VectorMask<Integer> AFTER1 = after(1);
    private static final VectorMask<Integer> AFTER2 = after(2);

    private final Survivors plain = Kernels.scalar().survivors();

    private static VectorShuffle<Integer> column(int c) {
        return VectorShuffle.fromOp(I, lane -> (TILE_ROWS * c + lane % TILE_ROWS) % N);
    }

    private static VectorMask<Integer> after(int c) {
        return VectorMask.fromLong(I, 0xFFFFL << TILE_ROWS * (c + 1));
    }

    @Override
    public void largest(Floats w, int cols, int n, int m, int fromTile, int toTile, MemorySegment live) {
        if (m % COLUMNS != 0) {
            plain.largest(w, cols, n, m, fromTile, toTile, live);
            return;
        }
        for (int group = fromTile * (cols / m); group < toTile * (cols / m); group++) {
            group(address(w) + 4L * TILE_ROWS * group * m, n, m / COLUMNS, live.address() + (long) group * m);
        }
        reachabilityFence(w);
        reachabilityFence(live);
    }

    private static void group(long w, int n, int vectors, long live) {
        long p = w & MASK;
        for (int t = 0; t < vectors; t++) {
            IntVector size = fromMemorySegment(I, ALL, (p + t * STEP) & MASK, ORDER).and(Integer.MAX_VALUE);
            IntVector rank = IntVector.zero(I);
            for (int s = 0; s < vectors; s++) {
                if (s == t) {
                    continue;
                }
                IntVector other = fromMemorySegment(I, ALL, (p + s * STEP) & MASK, ORDER).and(Integer.MAX_VALUE);
                IntVector least = size.sub(s < t ? 1 : 0); // equal ones of earlier vectors come first
                rank = rank.add(1, other.rearrange(COLUMN0).compare(GT, least));
                if (N >= 8) {
                    rank = rank.add(1, other.rearrange(COLUMN1).compare(GT, least));
                }
                if (N >= 16) {
                    rank = rank.add(1, other.rearrange(COLUMN2).compare(GT, least));
                    rank = rank.add(1, other.rearrange(COLUMN3).compare(GT, least));
                }
            }
            if (N >= 8) {
                IntVector a = size.rearrange(COLUMN0);
                rank = rank.add(1, a.compare(GT, size).or(a.compare(EQ, size).and(AFTER0)));
                IntVector b = size.rearrange(COLUMN1);
                rank = rank.add(1, b.compare(GT, size).or(b.compare(EQ, size).and(AFTER1)));
            }
            if (N >= 16) {
                IntVector c = size.rearrange(COLUMN2);
                rank = rank.add(1, c.compare(GT, size).or(c.compare(EQ, size).and(AFTER2)));
                rank = rank.add(1, size.rearrange(COLUMN3).compare(GT, size));
            }
            long bits = rank.lt(n).toLong();
            for (int c = 0; c < COLUMNS; c++) {
                ALL.set(JAVA_BYTE, live + (long) t * COLUMNS + c, (byte) (bits >>> TILE_ROWS * c & 15));
            }
        }
    }

    @Override
    public void shrinkOthers(Floats w, int cols, int fromTile, int toTile, MemorySegment live, float factor) {
        int column = fromTile * cols;
        long p = address(w) + 4L * TILE_ROWS * column;
        long marks = live.address();
        for (; column + COLUMNS <= toTile * cols; column += COLUMNS, p += STEP) {
            long bits = 0;
            for (int c = 0; c < COLUMNS; c++) {
                bits |= (long) ALL.get(JAVA_BYTE, (marks + column + c) & MASK) << TILE_ROWS * c;
            }
            FloatVector all = FloatVector.fromMemorySegment(F, ALL, p & MASK, ORDER);
            all.mul(factor).blend(all, VectorMask.fromLong(F, bits)).intoMemorySegment(ALL, p & MASK, ORDER);
        }
        plain.shrinkOthers(w.slice(column * TILE_ROWS, (toTile * cols - column) * TILE_ROWS), 1, 0, toTile * cols - column, live.asSlice(column), factor);
        reachabilityFence(w);
        reachabilityFence(live);
    }
}
