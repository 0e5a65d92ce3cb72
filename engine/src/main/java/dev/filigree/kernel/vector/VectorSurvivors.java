package dev.filigree.kernel.vector;

import static dev.filigree.kernel.Kernels.TILE_ROWS;
import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.F;
import static dev.filigree.kernel.vector.Lanes.I;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.N;
import static dev.filigree.kernel.vector.Lanes.ORDER;
import static dev.filigree.kernel.vector.Lanes.STEP;
import static dev.filigree.kernel.vector.Lanes.address;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.setInt;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.ref.Reference.reachabilityFence;
import static jdk.incubator.vector.IntVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Kernels;
import dev.filigree.kernel.Survivors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/** Ranks every weight among those of its group: a vector holds four rows of a few columns, each compared with each. */
final class VectorSurvivors implements Survivors {

    /** Columns whose marks are read together. */
    private static final int EIGHT = 8;

    /** Whatever the processor: the first byte is the lowest. */
    private static final ValueLayout.OfInt WORD = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
        int groups = (toTile - fromTile) * (cols / m);
        if (m == COLUMNS) {
            single(address(w) + 4L * TILE_ROWS * fromTile * cols, n, groups, live.address() + (long) fromTile * cols);
            reachabilityFence(w);
            reachabilityFence(live);
            return;
        }
        for (int group = fromTile * (cols / m); group < toTile * (cols / m); group++) {
            group(address(w) + 4L * TILE_ROWS * group * m, n, m / COLUMNS, live.address() + (long) group * m);
        }
        reachabilityFence(w);
        reachabilityFence(live);
    }

    /** Groups of one vector each. */
    private static void single(long w, int n, int groups, long live) {
        long p = w & MASK;
        long marks = live & MASK;
        for (int g = 0; g < groups; g++) {
            IntVector size = fromMemorySegment(I, ALL, p + (g & INDEX) * STEP, ORDER).and(Integer.MAX_VALUE);
            IntVector rank = IntVector.zero(I);
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
            store(marks + (g & INDEX) * COLUMNS, rank.lt(n).toLong());
        }
    }

    /** Four bits a byte, those of the first column lowest. */
    private static void store(long live, long bits) {
        if (N == 16) {
            long pairs = (bits | bits << 8) & 0x00FF00FF;
            ALL.set(WORD, live, (int) ((pairs | pairs << 4) & 0x0F0F0F0F));
        } else {
            for (int c = 0; c < COLUMNS; c++) {
                ALL.set(JAVA_BYTE, (live + c) & MASK, (byte) (bits >>> TILE_ROWS * c & 15));
            }
        }
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
            store((live + (long) t * COLUMNS) & MASK, bits);
        }
    }

    @Override
    public void pack(Floats w, int rows, int cols, int n, int m, int fromTile, int toTile, MemorySegment live, int chunk, Ints start, Shorts column, Floats values) {
        if (m % EIGHT != 0 && EIGHT % m != 0) { // eight columns are then no groups
            plain.pack(w, rows, cols, n, m, fromTile, toTile, live, chunk, start, column, values);
            return;
        }
        int ofEight = EIGHT % m == 0 ? EIGHT / m * n : 0;
        for (int tile = fromTile; tile < toTile; tile++) {
            for (int c = 0; c < cols; c += chunk) { // four rows read the same lines
                long first = (long) tile * cols + c;
                for (int r = tile * TILE_ROWS; r < Math.min(rows, (tile + 1) * TILE_ROWS); r++) {
                    int at = start.get(c / chunk * rows + r);
                    SurvivingRows.pack(address(w) + 4 * (TILE_ROWS * first + r % TILE_ROWS), Math.min(chunk, cols - c), ofEight, live.address() + first, r % TILE_ROWS,
                            address(column) + 2L * at, address(values) + 4L * at);
                }
            }
        }
        reachabilityFence(w);
        reachabilityFence(live);
        reachabilityFence(column);
        reachabilityFence(values);
    }

    @Override
    public void addOthers(Floats w, int cols, int fromTile, int toTile, MemorySegment live, float factor, Floats out) {
        int column = fromTile * cols;
        long first = 4L * TILE_ROWS * column;
        long p = address(w) + first;
        long q = address(out) + first;
        long marks = live.address();
        for (; column + COLUMNS <= toTile * cols; column += COLUMNS, p += STEP, q += STEP) {
            FloatVector before = FloatVector.fromMemorySegment(F, ALL, q & MASK, ORDER);
            FloatVector more = FloatVector.fromMemorySegment(F, ALL, p & MASK, ORDER).mul(factor);
            before.add(more).blend(before, VectorMask.fromLong(F, marks((marks + column) & MASK))).intoMemorySegment(ALL, q & MASK, ORDER);
        }
        int left = toTile * cols - column;
        plain.addOthers(w.slice(column * TILE_ROWS, left * TILE_ROWS), 1, 0, left, live.asSlice(column), factor, out.slice(column * TILE_ROWS, left * TILE_ROWS));
        reachabilityFence(w);
        reachabilityFence(live);
        reachabilityFence(out);
    }

    @Override
    public void shrinkOthers(Floats w, int cols, int fromTile, int toTile, MemorySegment live, float by) {
        int column = fromTile * cols;
        long p = address(w) + 4L * TILE_ROWS * column;
        long marks = live.address();
        for (; column + COLUMNS <= toTile * cols; column += COLUMNS, p += STEP) {
            FloatVector before = FloatVector.fromMemorySegment(F, ALL, p & MASK, ORDER);
            FloatVector left = before.abs().sub(by);
            IntVector size = left.blend(0f, left.compare(LT, 0f)).reinterpretAsInts();
            FloatVector shrunk = size.or(before.reinterpretAsInts().and(Integer.MIN_VALUE)).reinterpretAsFloats();
            shrunk.blend(before, VectorMask.fromLong(F, marks((marks + column) & MASK))).intoMemorySegment(ALL, p & MASK, ORDER);
        }
        int left = toTile * cols - column;
        plain.shrinkOthers(w.slice(column * TILE_ROWS, left * TILE_ROWS), 1, 0, left, live.asSlice(column), by);
        reachabilityFence(w);
        reachabilityFence(live);
    }

    @Override
    public void turn(int rows, int cols, int chunk, Ints start, Shorts column, Floats values, int fromRow, int toRow, Ints turned, int list, int first, Shorts row, Floats valueOf) {
        long next = address(turned) + 4L * list;
        ALL.asSlice(next, 4L * cols).fill((byte) 0);
        for (int c = 0; c < cols; c += chunk) { // a list of a chunk ends where the next row's begins
            int lists = c / chunk * rows;
            SurvivingRows.count(address(column), start.get(lists + fromRow), start.get(lists + toRow), next + 4L * c);
        }
        SurvivingRows.sum(next, cols, first);
        for (int c = 0; c < cols; c += chunk) {
            int lists = c / chunk * rows;
            for (int r = fromRow; r < toRow; r++) {
                SurvivingRows.deal(address(column), address(values), start.get(lists + r), start.get(lists + r + 1), r - fromRow, next + 4L * c, address(row), address(valueOf));
            }
        }
        for (int c = cols - 1; c > 0; c--) { // each has moved to where the next begins
            setInt(next + 4L * c, getInt(next + 4L * (c - 1)));
        }
        setInt(next, first);
        reachabilityFence(column);
        reachabilityFence(values);
        reachabilityFence(turned);
        reachabilityFence(row);
        reachabilityFence(valueOf);
    }

    /** The marks of a vector's columns, a bit for each lane. */
    private static long marks(long live) {
        long bits = 0;
        for (int c = 0; c < COLUMNS; c++) {
            bits |= (long) ALL.get(JAVA_BYTE, live + c) << TILE_ROWS * c;
        }
        return bits;
    }
}
