package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * Groups of G consecutive inputs of one output ("1x8"): one index for G values, whose inputs lie side by side. As in
 * {@link Csr} the groups of row r in chunk c are {@code start[c*rows+r] .. start[c*rows+r+1]}; group j begins at column
 * {@code c*chunk + column[j]}, a multiple of G, and holds {@code values[j*G ..]}. Its transpose is a {@link BlockCsr} of
 * Gx1 blocks.
 *
 * @param groupCols G: one of {@link #SIZES}; the columns must be a multiple of it
 * @param chunk     columns per chunk, a multiple of G and at most 65536
 */
public record RowGroups(int rows, int cols, int groupCols, int chunk, Ints start, Shorts column, Floats values) implements Weight {

    /** Inputs of a group that kernels know, largest first: wider groups are held as several of these. */
    public static final List<Integer> SIZES = List.of(16, 8, 4);

    /** @throws UserError a size, an offset or a column that would lead outside of the matrix or between groups */
    public RowGroups {
        String layout = "1x" + groupCols;
        Checked.shape(layout, rows, cols);
        if (!SIZES.contains(groupCols)) {
            throw new IllegalArgumentException("groups of " + groupCols + " inputs, expected one of " + SIZES);
        }
        if (cols % groupCols != 0) {
            throw new UserError(layout + ": found " + cols + " inputs, expected a multiple of " + groupCols + "; use an unstructured pattern for this matrix");
        }
        if (chunk < groupCols || chunk > Shorts.RANGE || chunk % groupCols != 0) {
            throw new IllegalArgumentException(layout + ": a chunk of " + chunk + " columns, expected a multiple of " + groupCols + " up to " + Shorts.RANGE);
        }
        int chunks = Math.ceilDiv(cols, chunk);
        Checked.length(layout, "values", values.length(), (long) column.length() * groupCols);
        Checked.offsets(layout, start, (long) chunks * rows, column.length());
        for (int c = 0; c < chunks; c++) {
            Checked.columns(layout, start, c * rows, rows, column, Math.min(chunk, cols - c * chunk));
        }
        for (int j = 0; j < column.length(); j++) {
            if (column.get(j) % groupCols != 0) {
                throw new UserError(layout + ": group " + j + " begins at column " + column.get(j) + " of its chunk, expected a multiple of " + groupCols);
            }
        }
    }

    /** The largest size that cuts groups of {@code wanted} inputs and the columns evenly; 1 when none does. */
    public static int sizeFor(int wanted, int cols) {
        return SIZES.stream().filter(g -> wanted % g == 0 && cols % g == 0).findFirst().orElse(1);
    }

    /** Packs {@code values}, in the canonical order of {@code t}, which must consist of whole groups; at most {@code chunk} columns a chunk. */
    public static RowGroups pack(Arena arena, Topology t, Floats values, int groupCols, int chunk) {
        if (!t.isGroups(groupCols)) {
            throw new UserError("the live positions do not form groups of " + groupCols + " consecutive inputs of one output");
        }
        int width = Math.max(1, Math.min(Math.min(chunk, t.cols()), Shorts.RANGE) / groupCols) * groupCols;
        Csr entries = Csr.pack(Arena.ofAuto(), t, values, width);
        Ints start = Ints.allocate(arena, entries.start().length());
        for (int i = 0; i < start.length(); i++) {
            start.set(i, entries.start().get(i) / groupCols);
        }
        Shorts column = Shorts.allocate(arena, entries.column().length() / groupCols);
        for (int j = 0; j < column.length(); j++) {
            column.set(j, entries.column().get(j * groupCols));
        }
        return new RowGroups(t.rows(), t.cols(), groupCols, width, start, column, Floats.allocate(arena, values.length()).copyFrom(entries.values()));
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
        return "1x" + groupCols;
    }

    @Override
    public void forEach(Visitor visitor) {
        for (int c = 0; c < chunks(); c++) {
            for (int r = 0; r < rows; r++) {
                for (int slot = start.get(c * rows + r) * groupCols; slot < start.get(c * rows + r + 1) * groupCols; slot++) {
                    visitor.at(r, c * chunk + column.get(slot / groupCols) + slot % groupCols, slot, values.get(slot));
                }
            }
        }
    }
}
