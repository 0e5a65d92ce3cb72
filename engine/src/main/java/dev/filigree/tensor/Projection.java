package dev.filigree.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Shorts;
import dev.filigree.base.UserError;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Survivors of a dense master {@code [rows x cols]} by magnitude, N of every M consecutive inputs: chosen, and what is made of
 * them and of the others. Everything is cut by tiles of rows, so the bits are the same on any number of threads.
 */
public final class Projection {

    private static final int TILE = Kernels.TILE_ROWS;

    /** Tiles of rows in a task. */
    private static final int TASK = 8;

    private final int rows;
    private final int cols;
    private final int n;
    private final int m;
    private final MemorySegment live; // [tiles] [cols], a bit for each row of a tile

    /**
     * The first N of every M survive, until others are chosen.
     *
     * @throws UserError inputs that are no multiple of M
     */
    public Projection(int rows, int cols, int n, int m) {
        if (cols % m != 0) {
            throw new UserError(n + ":" + m + ": found " + cols + " inputs, expected a multiple of " + m);
        }
        this.rows = rows;
        this.cols = cols;
        this.n = n;
        this.m = m;
        this.live = Arena.ofAuto().allocate((long) Tiled.tiles(rows) * cols, Floats.ALIGNMENT);
        for (long i = 0; i < live.byteSize(); i++) {
            live.set(JAVA_BYTE, i, (byte) (i % cols % m < n ? (1 << TILE) - 1 : 0));
        }
    }

    /**
     * Room for the survivors, to be filled by {@link #pack}: sparse rows, of which every chunk of columns holds as many entries
     * in each row. Their product is faster than that of {@link PackedNofM}, which is smaller.
     */
    public Csr room() {
        int count = Checked.elements(n + ":" + m, "values", (long) rows * (cols / m) * n);
        int chunk = Math.min(cols, Math.ceilDiv(Layout.chunkFor(n, m), m) * m);
        int chunks = Math.ceilDiv(cols, chunk);
        Ints start = Ints.allocate(Checked.elements(n + ":" + m, "row offsets", (long) chunks * rows + 1));
        Shorts column = Shorts.allocate(count);
        for (int c = 0, at = 0; c < chunks; c++) {
            int each = Math.min(chunk, cols - c * chunk) / m * n;
            for (int r = 0; r < rows; r++, at += each) {
                for (int i = 0; i < each; i++) {
                    column.set(at + i, i / n * m + i % n);
                }
                start.set(c * rows + r + 1, at + each);
            }
        }
        return new Csr(rows, cols, chunk, start, column, Floats.allocate(count));
    }

    /** The largest of each group survive, the first of equal ones. */
    public void choose(Compute compute, Tiled master) {
        check(master.rows(), master.cols());
        inTiles(compute, (from, to) -> compute.kernels().survivors().largest(master.tiles(), cols, n, m, from, to, live));
    }

    /** Writes the survivors' columns and present values into what {@link #room} gave. */
    public void pack(Compute compute, Tiled master, Csr out) {
        check(master.rows(), master.cols());
        check(out.rows(), out.cols());
        if (out.nonZeros() != (long) rows * (cols / m) * n || out.chunk() % m != 0) {
            throw new IllegalArgumentException(n + ":" + m + " survivors do not fit " + out.nonZeros() + " entries in chunks of " + out.chunk());
        }
        inTiles(compute, (from, to) -> compute.kernels().survivors().pack(master.tiles(), rows, cols, n, m, from, to, live, out.chunk(), out.start(), out.column(), out.values()));
    }

    /** The survivors as they are to be kept. */
    public PackedNofM packed(Csr survivors) {
        Topology positions = Topology.of(survivors);
        return PackedNofM.pack(Arena.ofAuto(), positions, Layout.canonical(survivors, positions), n, m);
    }

    /** {@code out += factor w} for what did not survive; out lies as the master's tiles do and may be them. */
    public void addOthers(Compute compute, Tiled master, float factor, Floats out) {
        check(master.rows(), master.cols());
        inTiles(compute, (from, to) -> compute.kernels().survivors().addOthers(master.tiles(), cols, from, to, live, factor, out));
    }

    /** {@code |w| = max(0, |w| - by)} for what did not survive. */
    public void shrinkOthers(Compute compute, Tiled master, float by) {
        check(master.rows(), master.cols());
        inTiles(compute, (from, to) -> compute.kernels().survivors().shrinkOthers(master.tiles(), cols, from, to, live, by));
    }

    /** Room for the transpose of the survivors, to be filled by {@link #turn}; it holds that of {@code survivors}. */
    public Csr turned(Compute compute, Csr survivors) {
        int count = survivors.values().length();
        int chunk = Math.min(rows, Layout.chunkFor(n, m));
        Ints start = Ints.allocate(Checked.elements(n + ":" + m, "row offsets", (long) Math.ceilDiv(rows, chunk) * cols + 1));
        Shorts column = Shorts.allocate(count);
        Floats values = Floats.allocate(count);
        turn(compute, survivors, chunk, start, column, values);
        return new Csr(cols, rows, chunk, start, column, values);
    }

    /** Writes the transpose of the survivors into what {@link #turned} gave. */
    public void turn(Compute compute, Csr survivors, Csr out) {
        check(out.cols(), out.rows());
        if (out.values().length() != survivors.values().length()) {
            throw new IllegalArgumentException(survivors.nonZeros() + " survivors do not fit " + out.nonZeros() + " entries");
        }
        turn(compute, survivors, out.chunk(), out.start(), out.column(), out.values());
    }

    /** All rows have as many survivors, so it is known beforehand where each chunk of the transpose begins. */
    private void turn(Compute compute, Csr survivors, int chunk, Ints start, Shorts column, Floats values) {
        check(survivors.rows(), survivors.cols());
        int perRow = cols / m * n;
        start.set(start.length() - 1, values.length());
        compute.parallel().run(Math.ceilDiv(rows, chunk), k -> compute.kernels().survivors().turn(rows, cols, survivors.chunk(), survivors.start(), survivors.column(),
                survivors.values(), k * chunk, Math.min(rows, (k + 1) * chunk), start, k * cols, k * chunk * perRow, column, values));
    }

    /** Who survives, four marks to a word. */
    public Ints marks() {
        Ints words = Ints.allocate(Math.toIntExact(Math.ceilDiv(live.byteSize(), Integer.BYTES)));
        MemorySegment.copy(live, 0, words.segment(), 0, live.byteSize());
        return words;
    }

    /** @throws UserError {@code marks} that are not those of N of every M */
    public void restore(Ints marks) {
        Checked.length(n + ":" + m, "marks", marks.length(), Math.ceilDiv(live.byteSize(), Integer.BYTES));
        for (long group = 0; group < live.byteSize(); group += m) {
            for (int r = 0; r < TILE; r++) {
                int count = 0;
                for (long i = group; i < group + m; i++) {
                    count += marks.segment().get(JAVA_BYTE, i) >> r & 1;
                }
                if (count != n) {
                    throw new UserError(n + ":" + m + ": " + count + " of a group are marked");
                }
            }
        }
        MemorySegment.copy(marks.segment(), 0, live, 0, live.byteSize());
    }

    private interface Tiles {
        void at(int from, int to);
    }

    private void inTiles(Compute compute, Tiles body) {
        int tiles = Tiled.tiles(rows);
        compute.parallel().run(Math.ceilDiv(tiles, TASK), task -> body.at(task * TASK, Math.min(tiles, (task + 1) * TASK)));
    }

    private void check(int foundRows, int foundCols) {
        if (foundRows != rows || foundCols != cols) {
            throw new IllegalArgumentException("[" + foundRows + " x " + foundCols + "] has no survivors [" + rows + " x " + cols + "]");
        }
    }
}
