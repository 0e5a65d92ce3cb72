package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import java.lang.foreign.Arena;

/**
 * Compressed sparse rows in column chunks: the entries of row r in chunk c are {@code start[c*rows+r] ..
 * start[c*rows+r+1]}, and entry j lies in column {@code c*chunk + column[j]}. With one chunk this is plain CSR. Chunks keep
 * the part of the input that a product reads in the nearest cache, and columns in 16 bits.
 *
 * @param chunk columns per chunk, at most 65536
 */
public record Csr(int rows, int cols, int chunk, Ints start, Shorts column, Floats values) implements Weight {

    /** @throws dev.filigree.base.UserError an offset or a column that would lead outside of the matrix */
    public Csr {
        Checked.shape("csr", rows, cols);
        if (chunk < 1 || chunk > Shorts.RANGE) {
            throw new IllegalArgumentException("csr: a chunk of " + chunk + " columns, expected 1 .. " + Shorts.RANGE);
        }
        int chunks = Math.ceilDiv(cols, chunk);
        Checked.length("csr", "columns", column.length(), values.length());
        Checked.offsets("csr", start, (long) chunks * rows, values.length());
        for (int c = 0; c < chunks; c++) {
            Checked.columns("csr", start, c * rows, rows, column, Math.min(chunk, cols - c * chunk));
        }
    }

    /** Packs {@code values}, which are in the canonical order of {@code t}. */
    public static Csr pack(Arena arena, Topology t, Floats values, int chunk) {
        int width = Math.min(Math.min(chunk, t.cols()), Shorts.RANGE);
        int chunks = Math.ceilDiv(t.cols(), width);
        Ints start = Ints.allocate(arena, Checked.elements("csr", "row offsets", (long) chunks * t.rows() + 1));
        Shorts column = Shorts.allocate(arena, t.count());
        Floats packed = Floats.allocate(arena, t.count());
        int[] next = new int[t.rows()]; // where each row's entries of the current chunk begin in canonical order
        for (int r = 0; r < t.rows(); r++) {
            next[r] = t.start().get(r);
        }
        int slot = 0;
        for (int c = 0; c < chunks; c++) {
            for (int r = 0; r < t.rows(); r++) {
                start.set(c * t.rows() + r, slot);
                for (; next[r] < t.start().get(r + 1) && t.column().get(next[r]) < (c + 1L) * width; next[r]++, slot++) {
                    column.set(slot, t.column().get(next[r]) - c * width);
                    packed.set(slot, values.get(next[r]));
                }
            }
        }
        start.set(chunks * t.rows(), slot);
        return new Csr(t.rows(), t.cols(), width, start, column, packed);
    }

    public int chunks() {
        return Math.ceilDiv(cols, chunk);
    }

    @Override
    public long nonZeros() {
        return values.length();
    }

    @Override
    public long bytes() {
        return start.bytes() + column.bytes() + values.bytes();
    }

    @Override
    public String layout() {
        return "csr";
    }

    @Override
    public void forEach(Visitor visitor) {
        for (int c = 0; c < chunks(); c++) {
            for (int r = 0; r < rows; r++) {
                for (int j = start.get(c * rows + r); j < start.get(c * rows + r + 1); j++) {
                    visitor.at(r, c * chunk + column.get(j), j, values.get(j));
                }
            }
        }
    }
}
