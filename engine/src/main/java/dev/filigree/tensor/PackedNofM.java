package dev.filigree.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.filigree.base.Floats;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * N live of every M consecutive inputs ("2:4"): values {@code [rows] [cols/m * n]} and one byte each for the place in
 * the group.
 *
 * @param place ascending inside each group, 0 .. m-1
 */
public record PackedNofM(int rows, int cols, int n, int m, MemorySegment place, Floats values) implements Weight {

    /** Inputs of a group whose places fit a byte. */
    private static final int LARGEST = Byte.MAX_VALUE + 1;

    /** @throws UserError a place that would lead outside of its group */
    public PackedNofM {
        String layout = n + ":" + m;
        Checked.shape(layout, rows, cols);
        if (n < 1 || n > m || m > LARGEST || cols % m != 0) {
            throw new UserError(layout + ": found " + cols + " inputs, expected a multiple of " + m + ", and 1 <= N <= M <= " + LARGEST);
        }
        Checked.length(layout, "values", values.length(), (long) rows * (cols / m) * n);
        Checked.nativeMemory(layout, place);
        if (place.byteSize() < values.length()) {
            throw new UserError(layout + ": found " + place.byteSize() + " places for " + values.length() + " values");
        }
        for (int i = 0; i < values.length(); i++) {
            int p = place.get(JAVA_BYTE, i);
            if (p < 0 || p >= m || i % n > 0 && p <= place.get(JAVA_BYTE, i - 1L)) {
                throw new UserError(layout + ": place " + p + " of value " + i + " is out of order or outside 0.." + (m - 1));
            }
        }
    }

    /** Packs {@code values}, in the canonical order of {@code t}, which must hold exactly n of every m. */
    public static PackedNofM pack(Arena arena, Topology t, Floats values, int n, int m) {
        int perRow = t.cols() / m * n;
        if (t.cols() % m != 0) {
            throw new UserError(n + ":" + m + " needs a multiple of " + m + " inputs, found " + t.cols());
        }
        MemorySegment place = arena.allocate(Math.max(1, (long) t.rows() * perRow), Floats.ALIGNMENT);
        for (int r = 0; r < t.rows(); r++) {
            int from = t.start().get(r);
            for (int i = 0; i < perRow; i++) {
                boolean there = t.start().get(r + 1) - from == perRow;
                if (!there || t.column().get(from + i) / m != i / n) {
                    throw new UserError("the live positions are not " + n + ":" + m + ": row " + r + " differs");
                }
                place.set(JAVA_BYTE, (long) r * perRow + i, (byte) (t.column().get(from + i) % m));
            }
        }
        return new PackedNofM(t.rows(), t.cols(), n, m, place, Floats.allocate(arena, values.length()).copyFrom(values));
    }

    @Override
    public long nonZeros() {
        return values.length();
    }

    @Override
    public long bytes() {
        return values.bytes() + values.length();
    }

    @Override
    public String layout() {
        return n + ":" + m;
    }

    @Override
    public void forEach(Visitor visitor) {
        int perRow = cols / m * n;
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < perRow; i++) {
                int slot = r * perRow + i;
                visitor.at(r, i / n * m + place.get(JAVA_BYTE, slot), slot, values.get(slot));
            }
        }
    }
}
