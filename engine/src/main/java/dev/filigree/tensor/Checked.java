package dev.filigree.tensor;

import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Coded;
import java.lang.foreign.MemorySegment;

/**
 * What the kernels rely on, looked at once when a matrix is made and never again: products read at the addresses that
 * these indices give, without a check of their own.
 */
final class Checked {

    private Checked() {
    }

    /** Shapes hold at least one position. */
    static void shape(String layout, int rows, int cols) {
        if (rows < 1 || cols < 1) {
            throw new UserError(layout + ": found a matrix of " + rows + " x " + cols + ", expected at least one row and one column");
        }
    }

    /** {@code lists + 1} offsets that begin at 0, never fall and end at {@code count}. */
    static void offsets(String layout, Ints start, long lists, int count) {
        if (start.length() != lists + 1 || start.get(0) != 0 || start.get(start.length() - 1) != count) {
            throw new UserError(layout + ": row offsets do not span the " + count + " stored entries of " + lists + " rows");
        }
        for (int r = 0; r < lists; r++) {
            if (start.get(r + 1) < start.get(r) || start.get(r + 1) > count) {
                throw new UserError(layout + ": row offsets must ascend, row " + r + " runs from " + start.get(r) + " to " + start.get(r + 1));
            }
        }
    }

    /** Columns that ascend inside each list and stay below {@code limit}; call {@link #offsets} first. */
    static void columns(String layout, Ints start, int firstList, int lists, Shorts column, int limit) {
        for (int r = firstList; r < firstList + lists; r++) {
            int previous = -1;
            for (int j = start.get(r); j < start.get(r + 1); j++) {
                int c = column.get(j);
                if (c <= previous || c >= limit) {
                    throw new UserError(layout + ": column " + c + " of row " + (r - firstList) + " is out of order or outside 0.." + (limit - 1));
                }
                previous = c;
            }
        }
    }

    /** Memory outside of the heap: kernels read it by its address. */
    static void nativeMemory(String layout, MemorySegment memory) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException(layout + ": found memory of the heap, expected native memory");
        }
    }

    /** {@code count} as the length of one buffer; positions may be more than that, stored elements may not. */
    static int elements(String layout, String what, long count) {
        if (count > Integer.MAX_VALUE) {
            throw new UserError(layout + ": found " + count + " " + what + ", at most " + Integer.MAX_VALUE + " fit one buffer; split the matrix by rows");
        }
        return (int) count;
    }

    static void length(String layout, String what, long found, long expected) {
        if (found != expected) {
            throw new UserError(layout + ": found " + found + " " + what + ", expected " + expected);
        }
    }

    /** As many scales as there must be, all finite; none for types that need none. */
    static void scales(String layout, Coded coded, long expected) {
        if (coded.type() != Coded.Type.INT8) {
            length(layout, "scales", coded.scales() == null ? 0 : coded.scales().length(), 0);
            return;
        }
        length(layout, "scales", coded.scales() == null ? 0 : coded.scales().length(), expected);
        for (int i = 0; i < expected; i++) {
            if (!Float.isFinite(coded.scales().get(i))) {
                throw new UserError(layout + ": scale " + i + " is " + coded.scales().get(i) + ", expected a finite number");
            }
        }
    }
}
