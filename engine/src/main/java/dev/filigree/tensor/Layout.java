package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Parallel;
import dev.filigree.base.Shorts;
import dev.filigree.kernel.Coded;
import java.lang.foreign.Arena;

/** A way to hold a matrix: turns live positions and their values into a {@link Weight}. */
public interface Layout {

    /** Compressed rows in column chunks that fit the density: see {@link #chunkFor}. */
    Layout CSR = (arena, t, v) -> Csr.pack(arena, t, v, chunkFor(t.count(), (long) t.rows() * t.cols()));
    Layout BITMAP = Bitmap::pack;
    Layout SLICED = SlicedEll::pack;
    /** Groups of 16 inputs, rounded to 4 bits. */
    Layout CODED_GROUPS = CodedGroups::pack;
    /** Dense, packed for products; positions that are not live become stored zeros. */
    Layout TILED = (arena, t, v) -> Tiled.pack(arena, Csr.pack(arena, t, v, t.cols()));

    /**
     * @param live   the positions
     * @param values their values in canonical order
     */
    Weight pack(Arena arena, Topology live, Floats values);

    /**
     * Columns per chunk of {@link #CSR}. A chunk keeps the input in use near the processor but costs every row one more
     * visit, so it should hold some twenty entries of a row. Best measured widths, with panels of 64 tokens and a
     * first-level cache of 32 KiB: 128 at 50 % sparsity, 192 at 80 and 90 %, 384 at 95 %. Where hardly anything is live, chunks
     * are as wide as it takes for eight entries of a row, up to what 16 bits can tell apart: else the offsets of rows would
     * outweigh the entries.
     */
    static int chunkFor(long entries, long positions) {
        long live = Math.max(1, entries);
        long cached = Math.clamp(Math.ceilDiv(20 * positions, 64 * live) * 64, 128L, 384L);
        return (int) Math.clamp(Math.ceilDiv(8 * positions, 64 * live) * 64, cached, (long) Shorts.RANGE);
    }

    static Layout csr(int chunk) {
        return (arena, t, v) -> Csr.pack(arena, t, v, chunk);
    }

    static Layout blocks(int rows) {
        return (arena, t, v) -> BlockCsr.pack(arena, t, v, rows);
    }

    /**
     * Groups of {@code size} inputs, one of {@link RowGroups#SIZES}, in chunks of 384 columns at any sparsity: of 192 they gain
     * up to a tenth with 64 tokens and lose half with one, which reads a row over all chunks at once.
     */
    static Layout groups(int size) {
        return (arena, t, v) -> RowGroups.pack(arena, t, v, size, 384);
    }

    /** Entries of a convolution in {@code groups} with windows of {@code height x width}, see {@link ConvWeight}. */
    static Layout convolution(int height, int width, int groups) {
        return (arena, t, v) -> ConvWeight.grouped(arena, "convolution", t, v, groups, height, width);
    }

    /** Dense by columns, with one scale a row where the type needs scales. */
    static Layout columns(Coded.Type type) {
        return (arena, t, v) -> Columns.pack(arena, Csr.pack(arena, t, v, t.cols()), type, t.cols());
    }

    /** Blocks in 16 or 8 bits, with one scale a row where the type needs scales. */
    static Layout codedBlocks(int rows, Coded.Type type) {
        return (arena, t, v) -> CodedBlocks.pack(arena, BlockCsr.pack(arena, t, v, rows), type, 0);
    }

    static Layout nOfM(int n, int m) {
        return (arena, t, v) -> PackedNofM.pack(arena, t, v, n, m);
    }

    /** The values of {@code w} in the canonical order of its positions {@code t}. */
    static Floats canonical(Weight w, Topology t) {
        if (w instanceof Csr c) {
            Parallel caller = Parallel.single();
            return new Canonical(t, Canonical.slots(Arena.ofAuto(), caller, c, t)).values(Arena.ofAuto(), caller, c.values());
        }
        Floats out = Floats.allocate(t.count());
        w.forEach((r, c, slot, v) -> out.set(t.find(r, c), v));
        return out;
    }
}
