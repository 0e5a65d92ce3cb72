package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.LOW;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.NEXT;
import static dev.filigree.kernel.vector.Lanes.OF4;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static dev.filigree.kernel.vector.Lanes.setShort;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Packs the survivors of a row, and turns what was packed: the marks of eight columns are one word, and the set that they make tells the columns of its
 * first four survivors. One, two or four survivors of every eight have loops of their own, without a count to wait for.
 */
final class SurvivingRows {

    /** Whatever the processor: the first column is the lowest byte. */
    private static final ValueLayout.OfLong WORD = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long LOWEST_BITS = 0x0101010101010101L;

    /** Brings the lowest bits of eight bytes together in the highest byte, that of the first byte lowest. */
    private static final long TOGETHER = 0x0102040810204080L;

    private static final long LOWEST_OF_4 = 0x0001000100010001L;

    /** For each set of eight columns, the first four of it, ascending, 16 bits each in the order of memory. */
    private static final long[] FIRST_FOUR = firstFour();

    private SurvivingRows() {
    }

    private static long[] firstFour() {
        long[] all = new long[256];
        for (int set = 0; set < all.length; set++) {
            for (int c = 0, count = 0; c < 8 && count < 4; c++) {
                if ((set >> c & 1) != 0) {
                    all[set] |= (long) c << OF4 + NEXT * count++;
                }
            }
        }
        return all;
    }

    /**
     * @param w       the row's value in the first column of its tile
     * @param ofEight how many of every eight columns survive, or 0 where that differs
     * @param live    marks of the tile's columns, a byte each
     * @param row     of the tile
     */
    static void pack(long w, int cols, int ofEight, long live, int row, long column, long values) {
        int whole = cols >> 3;
        int at = switch (ofEight) {
            case 1 -> ones(w, whole, live, row, column, values);
            case 2 -> twos(w, whole, live, row, column, values);
            case 4 -> fours(w, whole, live, row, column, values);
            default -> any(w, 0, 8 * whole, live, row, column, values, 0);
        };
        any(w, 8 * whole, cols, live, row, column, values, at);
    }

    private static int ones(long w, int whole, long live, int row, long column, long values) {
        long ws = w & MASK;
        long marks = live & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        for (int j = 0; j < whole; j++) {
            long i = j & INDEX;
            long first = FIRST_FOUR[(int) ((ALL.get(WORD, marks + 8 * i) >>> row & LOWEST_BITS) * TOGETHER >>> 56)] >>> OF4 & 7;
            setShort(cs + 2 * i, (int) (8 * i + first));
            ALL.set(JAVA_INT_UNALIGNED, vs + 4 * i, ALL.get(JAVA_INT_UNALIGNED, ws + 128 * i + 16 * first));
        }
        return whole;
    }

    private static int twos(long w, int whole, long live, int row, long column, long values) {
        long ws = w & MASK;
        long marks = live & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        for (int j = 0; j < whole; j++) {
            long i = j & INDEX;
            long found = FIRST_FOUR[(int) ((ALL.get(WORD, marks + 8 * i) >>> row & LOWEST_BITS) * TOGETHER >>> 56)];
            long first = found >>> OF4 & 7;
            long second = found >>> OF4 + NEXT & 7;
            setShort(cs + 4 * i, (int) (8 * i + first));
            setShort(cs + 4 * i + 2, (int) (8 * i + second));
            ALL.set(JAVA_INT_UNALIGNED, vs + 8 * i, ALL.get(JAVA_INT_UNALIGNED, ws + 128 * i + 16 * first));
            ALL.set(JAVA_INT_UNALIGNED, vs + 8 * i + 4, ALL.get(JAVA_INT_UNALIGNED, ws + 128 * i + 16 * second));
        }
        return 2 * whole;
    }

    private static int fours(long w, int whole, long live, int row, long column, long values) {
        long ws = w & MASK;
        long marks = live & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        for (int j = 0; j < whole; j++) {
            long i = j & INDEX;
            long found = FIRST_FOUR[(int) ((ALL.get(WORD, marks + 8 * i) >>> row & LOWEST_BITS) * TOGETHER >>> 56)];
            long group = ws + 128 * i;
            ALL.set(JAVA_LONG_UNALIGNED, cs + 8 * i, found + LOWEST_OF_4 * (8 * i & LOW));
            ALL.set(JAVA_INT_UNALIGNED, vs + 16 * i, ALL.get(JAVA_INT_UNALIGNED, group + 16 * (found >>> OF4 & 7)));
            ALL.set(JAVA_INT_UNALIGNED, vs + 16 * i + 4, ALL.get(JAVA_INT_UNALIGNED, group + 16 * (found >>> OF4 + NEXT & 7)));
            ALL.set(JAVA_INT_UNALIGNED, vs + 16 * i + 8, ALL.get(JAVA_INT_UNALIGNED, group + 16 * (found >>> OF4 + 2 * NEXT & 7)));
            ALL.set(JAVA_INT_UNALIGNED, vs + 16 * i + 12, ALL.get(JAVA_INT_UNALIGNED, group + 16 * (found >>> OF4 + 3 * NEXT & 7)));
        }
        return 4 * whole;
    }

    /** From entry {@code at} on, survivors of eight columns at a time. */
    private static int any(long w, int from, int to, long live, int row, long column, long values, int at) {
        long ws = w & MASK;
        long marks = live & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        int next = at;
        int c = from;
        for (; c + 8 <= to; c += 8) {
            for (long set = ALL.get(WORD, marks + (c & INDEX)) >>> row & LOWEST_BITS; set != 0; set &= set - 1) {
                long found = (c & INDEX) + (Long.numberOfTrailingZeros(set) >> 3);
                setShort(cs + 2 * (next & INDEX), (int) found);
                ALL.set(JAVA_INT_UNALIGNED, vs + 4 * (next & INDEX), ALL.get(JAVA_INT_UNALIGNED, ws + 16 * (found & INDEX)));
                next++;
            }
        }
        for (; c < to; c++) {
            if ((ALL.get(JAVA_BYTE, marks + (c & INDEX)) >> row & 1) != 0) {
                setShort(cs + 2 * (next & INDEX), c);
                ALL.set(JAVA_INT_UNALIGNED, vs + 4 * (next & INDEX), ALL.get(JAVA_INT_UNALIGNED, ws + 16 * (c & INDEX)));
                next++;
            }
        }
        return next;
    }

    /** Adds up how often each column occurs among entries {@code from .. to}. */
    static void count(long column, int from, int to, long counts) {
        long cs = column & MASK;
        long n = counts & MASK;
        for (int j = from; j < to; j++) {
            long at = n + 4 * getShort(cs + 2 * (j & INDEX));
            ALL.set(JAVA_INT_UNALIGNED, at, ALL.get(JAVA_INT_UNALIGNED, at) + 1);
        }
    }

    /** Counts become where each begins. */
    static void sum(long counts, int cols, int first) {
        long n = counts & MASK;
        int at = first;
        for (int c = 0; c < cols; c++) {
            int count = ALL.get(JAVA_INT_UNALIGNED, n + 4 * (c & INDEX));
            ALL.set(JAVA_INT_UNALIGNED, n + 4 * (c & INDEX), at);
            at += count;
        }
    }

    /** Hands the entries {@code from .. to} of a row to their columns. */
    static void deal(long column, long values, int from, int to, int row, long next, long rows, long turned) {
        long cs = column & MASK;
        long vs = values & MASK;
        long n = next & MASK;
        long rs = rows & MASK;
        long ts = turned & MASK;
        for (int j = from; j < to; j++) {
            long at = n + 4 * getShort(cs + 2 * (j & INDEX));
            int slot = ALL.get(JAVA_INT_UNALIGNED, at);
            ALL.set(JAVA_INT_UNALIGNED, at, slot + 1);
            setShort(rs + 2 * (slot & INDEX), row);
            ALL.set(JAVA_INT_UNALIGNED, ts + 4 * (slot & INDEX), ALL.get(JAVA_INT_UNALIGNED, vs + 4 * (j & INDEX)));
        }
    }
}
