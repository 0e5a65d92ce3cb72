package dev.filigree.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.filigree.base.Floats;
import dev.filigree.kernel.Compute;
import dev.filigree.kernel.Kernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Survivors of a dense master by magnitude, N of every M consecutive inputs: chosen, fetched again when the master's values
 * have changed, and what becomes of the others. Everything is cut by tiles of rows, so the bits are the same on any number
 * of threads.
 */
public final class Projection {

    private static final int TILE = Kernels.TILE_ROWS;

    /** Tiles of rows in a task. */
    private static final int TASK = 8;

    /** Inputs of a group up to which each is compared with every other one. */
    private static final int COMPARED = 16;

    private final Compute compute;
    private final Tiled master;
    private final PackedNofM packed;

    /**
     * @param packed survivors of {@code master}, changed in place
     */
    public Projection(Compute compute, Tiled master, PackedNofM packed) {
        if (master.rows() != packed.rows() || master.cols() != packed.cols()) {
            throw new IllegalArgumentException("a master [" + master.rows() + " x " + master.cols() + "] has no survivors [" + packed.rows() + " x " + packed.cols() + "]");
        }
        this.compute = compute;
        this.master = master;
        this.packed = packed;
    }

    /** Room for the N first of every M, with values of zero. */
    public static PackedNofM room(int rows, int cols, int n, int m) {
        int count = Checked.elements(n + ":" + m, "values", (long) rows * (cols / m) * n);
        MemorySegment place = Arena.ofAuto().allocate(Math.max(1, count), Floats.ALIGNMENT);
        for (int i = 0; i < count; i++) {
            place.set(JAVA_BYTE, i, (byte) (i % n));
        }
        return new PackedNofM(rows, cols, n, m, place, Floats.allocate(count));
    }

    /** The largest of each group survive, the first of equal ones; their values are fetched. */
    public void choose() {
        rows(() -> new int[packed.m()], (r, keys) -> {
            int perRow = packed.cols() / packed.m() * packed.n();
            for (int group = 0; group < packed.cols() / packed.m(); group++) {
                choose(slot(r, group * packed.m()), r * perRow + group * packed.n(), keys);
            }
        });
    }

    /** The values of the survivors as they are now. */
    public void fetch() {
        rows(() -> null, (r, none) -> survivors(r, (slot, i) -> packed.values().set(i, master.tiles().get(slot))));
    }

    /** Multiplies what did not survive with {@code factor}. */
    public void shrinkOthers(float factor) {
        rows(() -> new boolean[packed.cols()], (r, live) -> {
            Arrays.fill(live, false);
            survivors(r, (slot, i) -> live[(slot / TILE) % packed.cols()] = true);
            for (int c = 0; c < packed.cols(); c++) {
                if (!live[c]) {
                    master.tiles().set(slot(r, c), factor * master.tiles().get(slot(r, c)));
                }
            }
        });
    }

    /** Writes the transpose of {@code p}, dense with zeros where nothing survived. */
    public static void transpose(Compute compute, PackedNofM p, Tiled out) {
        int perRow = p.cols() / p.m() * p.n();
        Floats tiles = out.tiles();
        compute.parallel().run(Math.ceilDiv(p.rows(), TASK * TILE), task -> {
            int from = task * TASK * TILE;
            int to = Math.min(p.rows(), from + TASK * TILE);
            for (int tile = 0; tile < Tiled.tiles(p.cols()); tile++) {
                tiles.slice((tile * p.rows() + from) * TILE, (to - from) * TILE).fill(0f);
            }
            for (int r = from; r < to; r++) {
                for (int i = 0; i < perRow; i++) {
                    int c = i / p.n() * p.m() + p.place().get(JAVA_BYTE, (long) r * perRow + i);
                    tiles.set((c / TILE * p.rows() + r) * TILE + c % TILE, p.values().get(r * perRow + i));
                }
            }
        });
    }

    private interface Row<T> {
        void at(int row, T scratch);
    }

    private interface Survivor {
        /** @param slot of the master, {@code i} that of its survivor */
        void at(int slot, int i);
    }

    private <T> void rows(Supplier<T> scratch, Row<T> body) {
        compute.parallel().run(Math.ceilDiv(master.rows(), TASK * TILE), task -> {
            T mine = scratch.get();
            for (int r = task * TASK * TILE; r < Math.min(master.rows(), (task + 1) * TASK * TILE); r++) {
                body.at(r, mine);
            }
        });
    }

    private void survivors(int r, Survivor body) {
        int perRow = packed.cols() / packed.m() * packed.n();
        for (int i = 0; i < perRow; i++) {
            body.at(slot(r, i / packed.n() * packed.m() + packed.place().get(JAVA_BYTE, (long) r * perRow + i)), r * perRow + i);
        }
    }

    private int slot(int r, int c) {
        return (r / TILE * master.cols() + c) * TILE + r % TILE;
    }

    /** One group, whose first input is at {@code slot} and whose survivors go to {@code out} and following. */
    private void choose(int slot, int out, int[] keys) {
        int m = packed.m();
        for (int i = 0; i < m; i++) { // magnitudes in order of their bits
            keys[i] = Float.floatToRawIntBits(master.tiles().get(slot + i * TILE)) & Integer.MAX_VALUE;
        }
        long least = m <= COMPARED ? 0 : least(keys);
        for (int i = 0; i < m; i++) {
            if (m <= COMPARED ? rank(keys, i) < packed.n() : key(keys, i) >= least) {
                packed.place().set(JAVA_BYTE, out, (byte) i);
                packed.values().set(out++, master.tiles().get(slot + i * TILE));
            }
        }
    }

    /** How many come before input i. */
    private static int rank(int[] keys, int i) {
        int rank = 0;
        for (int j = 0; j < i; j++) {
            rank += keys[j] >= keys[i] ? 1 : 0;
        }
        for (int j = i + 1; j < keys.length; j++) {
            rank += keys[j] > keys[i] ? 1 : 0;
        }
        return rank;
    }

    /** The key of the last survivor. */
    private long least(int[] keys) {
        long[] all = new long[keys.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = key(keys, i);
        }
        Arrays.sort(all);
        return all[all.length - packed.n()];
    }

    /** Larger for larger magnitudes, and for the first of equal ones. */
    private static long key(int[] keys, int i) {
        return (long) keys[i] << 8 | 255 - i;
    }
}
