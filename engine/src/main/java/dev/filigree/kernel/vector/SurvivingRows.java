package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.ALL;
import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Packs the survivors of a row: the marks of eight columns are one word, which tells the places of all survivors in it. */
final class SurvivingRows {

    /** Whatever the processor: the first column is the lowest byte. */
    private static final ValueLayout.OfLong WORD = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long LOWEST_BITS = 0x0101010101010101L;

    /** Brings the lowest bits of eight bytes together in the highest byte, that of the first byte lowest. */
    private static final long TOGETHER = 0x0102040810204080L;

    /** For each set of eight columns, where they are, ascending, a byte each. */
    private static final long[] PLACES = places();

    private SurvivingRows() {
    }

    private static long[] places() {
        long[] all = new long[256];
        for (int set = 0; set < all.length; set++) {
            for (int c = 0, count = 0; c < 8; c++) {
                if ((set >> c & 1) != 0) {
                    all[set] |= (long) c << 8 * count++;
                }
            }
        }
        return all;
    }

    /**
     * @param w     the row's value in the first column of its tile
     * @param m     divides 8 or is divided by it
     * @param live  marks of the tile's columns, a byte each
     * @param row   of the tile
     * @param count survivors of the row
     */
    static void pack(long w, int cols, int m, long live, int row, long place, long values, int count) {
        long ws = w & MASK;
        long marks = live & MASK;
        long ps = place & MASK;
        long vs = values & MASK;
        long inGroup = LOWEST_BITS * Math.min(7, m - 1); // of a column's number among eight, what counts in its group
        int at = 0;
        int inside = 0; // the first column's place in its group
        for (int c = 0; c + 8 <= cols; c += 8) {
            long set = (ALL.get(WORD, marks + (c & INDEX)) >>> row & LOWEST_BITS) * TOGETHER >>> 56;
            long columns = PLACES[(int) set & 255];
            int found = Long.bitCount(set);
            long places = (columns & inGroup) + LOWEST_BITS * inside;
            inside = inside + 8 >= m ? 0 : inside + 8;
            if (at + 8 <= count) { // what is written past the last place is overwritten next
                ALL.set(WORD, ps + (at & INDEX), places);
            } else {
                for (int i = 0; i < found; i++) {
                    ALL.set(JAVA_BYTE, ps + (at + i & INDEX), (byte) (places >>> 8 * i));
                }
            }
            for (int i = 0; i < found; i++) {
                long column = (c & INDEX) + (columns & 7);
                columns >>>= 8;
                ALL.set(JAVA_INT_UNALIGNED, vs + 4 * (at + i & INDEX), ALL.get(JAVA_INT_UNALIGNED, ws + 16 * column));
            }
            at += found;
        }
        for (int c = cols & -8; c < cols; c++) {
            if ((ALL.get(JAVA_BYTE, marks + (c & INDEX)) >> row & 1) != 0) {
                ALL.set(JAVA_BYTE, ps + (at & INDEX), (byte) (c % m));
                ALL.set(JAVA_INT_UNALIGNED, vs + 4 * (at & INDEX), ALL.get(JAVA_INT_UNALIGNED, ws + 16 * (c & INDEX)));
                at++;
            }
        }
    }
}
