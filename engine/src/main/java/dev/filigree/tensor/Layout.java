package dev.filigree.tensor;

import dev.filigree.base.Floats;
import java.lang.foreign.Arena;

/** A way to hold a matrix: turns live positions and their values into a {@link Weight}. */
public interface Layout {

    /**
     * Columns per chunk of {@link #CSR}. A chunk costs every row a visit, so it should hold some twenty entries; 192
     * measured best from 80 % sparsity on, although its 48 KiB of input are more than a first-level cache of 32 KiB.
     * At 50 % a chunk of 128 is 4 % faster.
     */
    int DEFAULT_CHUNK = 192;

    Layout CSR = csr(DEFAULT_CHUNK);
    Layout BITMAP = Bitmap::pack;
    /** Dense, packed for products; positions that are not live become stored zeros. */
    Layout TILED = (arena, t, v) -> Tiled.pack(arena, Csr.pack(arena, t, v, t.cols()));

    /**
     * @param live   the positions
     * @param values their values in canonical order
     */
    Weight pack(Arena arena, Topology live, Floats values);

    static Layout csr(int chunk) {
        return (arena, t, v) -> Csr.pack(arena, t, v, chunk);
    }

    static Layout blocks(int rows) {
        return (arena, t, v) -> BlockCsr.pack(arena, t, v, rows);
    }

    static Layout nOfM(int n, int m) {
        return (arena, t, v) -> PackedNofM.pack(arena, t, v, n, m);
    }

    /** The values of {@code w} in the canonical order of its positions {@code t}. */
    static Floats canonical(Weight w, Topology t) {
        Floats out = Floats.allocate(t.count());
        w.forEach((r, c, slot, v) -> out.set(t.find(r, c), v));
        return out;
    }
}
