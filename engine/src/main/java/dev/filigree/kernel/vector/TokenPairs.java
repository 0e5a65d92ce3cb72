package dev.filigree.kernel.vector;

import static dev.filigree.kernel.vector.Lanes.INDEX;
import static dev.filigree.kernel.vector.Lanes.MASK;
import static dev.filigree.kernel.vector.Lanes.getFloat;
import static dev.filigree.kernel.vector.Lanes.getInt;
import static dev.filigree.kernel.vector.Lanes.getShort;
import static dev.filigree.kernel.vector.Lanes.setFloat;

/**
 * Rows of entries and two tokens, number by number: lists are short, and fetching inputs by index is no faster in vectors.
 * Addresses are those of one chunk of columns.
 */
final class TokenPairs {

    /** What {@link #back} keeps side by side for each column: two inputs and the gradients at them. */
    static final int SIDE_BY_SIDE = 4;

    private TokenPairs() {
    }

    /** {@code y[r] = before[step r] + sum w x} for both tokens. */
    static void product(long start, long column, long values, long x0, long x1, long before0, long before1, long step, long y0, long y1, int fromRow, int toRow) {
        long ss = start & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        long xa = x0 & MASK;
        long xb = x1 & MASK;
        long ba = before0 & MASK;
        long bb = before1 & MASK;
        long ya = y0 & MASK;
        long yb = y1 & MASK;
        long by = step & 4;
        int j = getInt(ss + 4 * (fromRow & INDEX));
        for (int row = fromRow; row < toRow; row++) {
            long r = row & INDEX;
            int to = getInt(ss + 4 * r + 4);
            float a = getFloat(ba + by * r);
            float b = getFloat(bb + by * r);
            for (; j < to; j++) {
                long i = j & INDEX;
                long k = getShort(cs + 2 * i) << 2;
                float w = getFloat(vs + 4 * i);
                a += w * getFloat(xa + k);
                b += w * getFloat(xb + k);
            }
            setFloat(ya + 4 * r, a);
            setFloat(yb + 4 * r, b);
        }
    }

    /**
     * {@code gradient[j] += dy x} over both tokens.
     *
     * @param step 4, or 0 where dy1 is a single zero: there is no second token
     */
    static void gradient(long start, long column, long dy0, long dy1, long step, long x0, long x1, long gradient, int fromRow, int toRow) {
        long ss = start & MASK;
        long cs = column & MASK;
        long da = dy0 & MASK;
        long db = dy1 & MASK;
        long xa = x0 & MASK;
        long xb = x1 & MASK;
        long gs = gradient & MASK;
        long by = step & 4;
        for (int row = fromRow; row < toRow; row++) {
            long r = row & INDEX;
            float a = getFloat(da + 4 * r);
            float b = getFloat(db + by * r);
            if (a == 0 && b == 0) {
                continue;
            }
            int to = getInt(ss + 4 * r + 4);
            for (int j = getInt(ss + 4 * r); j < to; j++) {
                long i = j & INDEX;
                long k = getShort(cs + 2 * i) << 2;
                setFloat(gs + 4 * i, getFloat(gs + 4 * i) + (a * getFloat(xa + k) + b * getFloat(xb + k)));
            }
        }
    }

    /** The same, and {@code dx += w dy}; inputs and their gradients lie {@link #SIDE_BY_SIDE} at {@code near}. */
    static void back(long start, long column, long values, long dy0, long dy1, long step, long near, long gradient, int fromRow, int toRow) {
        long ss = start & MASK;
        long cs = column & MASK;
        long vs = values & MASK;
        long da = dy0 & MASK;
        long db = dy1 & MASK;
        long ns = near & MASK;
        long gs = gradient & MASK;
        long by = step & 4;
        for (int row = fromRow; row < toRow; row++) {
            long r = row & INDEX;
            float a = getFloat(da + 4 * r);
            float b = getFloat(db + by * r);
            if (a == 0 && b == 0) {
                continue;
            }
            int to = getInt(ss + 4 * r + 4);
            for (int j = getInt(ss + 4 * r); j < to; j++) {
                long i = j & INDEX;
                long k = ns + (getShort(cs + 2 * i) << 4);
                float w = getFloat(vs + 4 * i);
                setFloat(gs + 4 * i, getFloat(gs + 4 * i) + (a * getFloat(k) + b * getFloat(k + 4)));
                setFloat(k + 8, getFloat(k + 8) + w * a);
                setFloat(k + 12, getFloat(k + 12) + w * b);
            }
        }
    }

    /** Lays two inputs side by side before zeros. */
    static void gather(long x0, long x1, int count, long near) {
        long xa = x0 & MASK;
        long xb = x1 & MASK;
        long ns = near & MASK;
        for (int c = 0; c < count; c++) {
            long i = c & INDEX;
            setFloat(ns + 16 * i, getFloat(xa + 4 * i));
            setFloat(ns + 16 * i + 4, getFloat(xb + 4 * i));
            setFloat(ns + 16 * i + 8, 0);
            setFloat(ns + 16 * i + 12, 0);
        }
    }

    /** Writes the gradient of one token from where {@link #back} left it, {@code place} 0 or 1. */
    static void scatter(long near, int place, int count, long dx) {
        long ns = (near & MASK) + 4 * (2 + (place & 1));
        long ds = dx & MASK;
        for (int c = 0; c < count; c++) {
            long i = c & INDEX;
            setFloat(ds + 4 * i, getFloat(ns + 16 * i));
        }
    }
}
