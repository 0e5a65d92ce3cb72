package dev.filigree.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Survivors of a dense master by magnitude, N of every M consecutive inputs: chosen, fetched again when the master's values
 * have changed, and what becomes of the others. Everything is cut by tiles of rows, so the bits are the same on any number
 * of threads.
 */
public final class Projection {

    private static final int TILE = Kernels.TILE_ROWS;

    /** Tiles of rows in a task. */
    private static final int TASK = 8;

    private final Compute compute;
    private final PackedNofM packed;
    private final MemorySegment live; // [tiles] [cols], a bit for each row of a tile

    /**
     * @param packed survivors of masters, changed in place
     */
    public Projection(Compute compute, PackedNofM packed) {
        this.compute = compute;
        this.packed = packed;
        this.live = Arena.ofAuto().allocate((long) Tiled.tiles(packed.rows()) * packed.cols(), Floats.ALIGNMENT);
        packed.forEach((r, c, slot, v) -> {
            long there = (long) r / TILE * packed.cols() + c;
            live.set(JAVA_BYTE, there, (byte) (live.get(JAVA_BYTE, there) | 1 << r % TILE));
        });
    }

    /** The N first of every M, with values of zero. */
    public static PackedNofM room(int rows, int cols, int n, int m) {
        int count = Checked.elements(n + ":" + m, "values", (long) rows * (cols / m) * n);
        MemorySegment place = Arena.ofAuto().allocate(Math.max(1, count), Floats.ALIGNMENT);
        for (int i = 0; i < count; i++) {
            place.set(JAVA_BYTE, i, (byte) (i % n));
        }
        return new PackedNofM(rows, cols, n, m, place, Floats.allocate(count));
    }

    /** The largest of each group survive, the first of equal ones; their values are fetched. */
    public void choose(Tiled master) {
        check(master);
        inTiles((from, to) -> compute.kernels().survivors().largest(master.tiles(), master.cols(), packed.n(), packed.m(), from, to, live));
        rows((r, marks, places) -> {
            int m = packed.m();
            int[] order = new int[m + 1];
            for (int first = 0, at = 0; first < packed.cols(); first += m) {
                int found = 0;
                for (int i = first; i < first + m; i++) { // no branch: survivors are hard to foresee
                    order[found] = i;
                    found += marks[i] >> r % TILE & 1;
                }
                for (int i = 0; i < packed.n(); i++, at++) {
                    places[at] = (byte) (order[i] - first);
                    packed.values().set(r * places.length + at, master.tiles().get(slot(r, order[i])));
                }
            }
            MemorySegment.copy(places, 0, packed.place(), JAVA_BYTE, (long) r * places.length, places.length);
        });
    }

    /** The values of the survivors as they are now. */
    public void fetch(Tiled master) {
        check(master);
        rows((r, marks, places) -> {
            MemorySegment.copy(packed.place(), JAVA_BYTE, (long) r * places.length, places, 0, places.length);
            for (int first = 0, at = 0; first < packed.cols(); first += packed.m()) {
                for (int i = 0; i < packed.n(); i++, at++) {
                    packed.values().set(r * places.length + at, master.tiles().get(slot(r, first + places[at])));
                }
            }
        });
    }

    /** Multiplies what did not survive with {@code factor}. */
    public void shrinkOthers(Tiled master, float factor) {
        check(master);
        inTiles((from, to) -> compute.kernels().survivors().shrinkOthers(master.tiles(), master.cols(), from, to, live, factor));
    }

    /** Writes the transpose of {@code p}, dense with zeros where nothing survived. */
    public static void transpose(Compute compute, PackedNofM p, Tiled out) {
        compute.parallel().run(Math.ceilDiv(p.rows(), TASK * TILE), task -> {
            int from = task * TASK * TILE;
            int rows = Math.min(p.rows(), from + TASK * TILE) - from;
            try (Arena arena = Arena.ofConfined()) { // first as tiles, which are near each other, then turned
                Floats dense = Floats.allocate(arena, Tiled.tiles(rows) * TILE * p.cols());
                expand(p, from, rows, dense);
                compute.kernels().denseGradients().transpose(dense, rows, p.cols(), 0, Tiled.tiles(p.cols()), out.tiles().slice(from * TILE, out.tiles().length() - from * TILE),
                        p.rows());
            }
        });
    }

    private static void expand(PackedNofM p, int from, int rows, Floats tiles) {
        byte[] places = new byte[p.cols() / p.m() * p.n()];
        for (int r = 0; r < rows; r++) {
            int row = (from + r) * places.length;
            MemorySegment.copy(p.place(), JAVA_BYTE, row, places, 0, places.length);
            for (int first = 0, at = 0; first < p.cols(); first += p.m()) {
                for (int i = 0; i < p.n(); i++, at++) {
                    tiles.set((r / TILE * p.cols() + first + places[at]) * TILE + r % TILE, p.values().get(row + at));
                }
            }
        }
    }

    private interface Row {
        /**
         * @param marks  of the row's tile, one byte for each column
         * @param places room for those of one row
         */
        void at(int row, byte[] marks, byte[] places);
    }

    private interface Tiles {
        void at(int from, int to);
    }

    private void inTiles(Tiles body) {
        int tiles = Tiled.tiles(packed.rows());
        compute.parallel().run(Math.ceilDiv(tiles, TASK), task -> body.at(task * TASK, Math.min(tiles, (task + 1) * TASK)));
    }

    private void rows(Row body) {
        compute.parallel().run(Math.ceilDiv(packed.rows(), TASK * TILE), task -> {
            byte[] marks = new byte[packed.cols()];
            byte[] places = new byte[packed.cols() / packed.m() * packed.n()];
            for (int r = task * TASK * TILE; r < Math.min(packed.rows(), (task + 1) * TASK * TILE); r++) {
                if (r % TILE == 0) {
                    MemorySegment.copy(live, JAVA_BYTE, (long) r / TILE * marks.length, marks, 0, marks.length);
                }
                body.at(r, marks, places);
            }
        });
    }

    private int slot(int r, int c) {
        return (r / TILE * packed.cols() + c) * TILE + r % TILE;
    }

    private void check(Tiled master) {
        if (master.rows() != packed.rows() || master.cols() != packed.cols()) {
            throw new IllegalArgumentException("a master [" + master.rows() + " x " + master.cols() + "] has no survivors [" + packed.rows() + " x " + packed.cols() + "]");
        }
    }
}
