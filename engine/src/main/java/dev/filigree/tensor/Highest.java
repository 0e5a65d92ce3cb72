package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Kernels;
import java.util.Arrays;

/**
 * The positions of the highest numbers of a dense array, exactly as many as asked for; of equal numbers the first in
 * canonical order. The upper halves of the numbers' bits are counted, which leaves little more than what was asked for; there
 * the lower halves are. Nothing is sorted. Everything is cut by tiles of rows: the bits are the same on any number of threads.
 */
public final class Highest {

    private static final int TILE = Kernels.TILE_ROWS;
    private static final int BITS = 16;
    private static final int LOW = (1 << BITS) - 1;

    /** Numbers of a task: fewer would spend more on clearing and adding up counts than on counting. */
    private static final int TASK = 1 << 17;

    private final Parallel parallel;
    private final Tiled numbers;
    private final int tasks;

    private Highest(Parallel parallel, Tiled numbers) {
        this.parallel = parallel;
        this.numbers = numbers;
        this.tasks = Math.clamp(numbers.positions() / TASK, 1, Tiled.tiles(numbers.rows()));
    }

    /** @param count of positions, at most as many as there are */
    public static Topology of(Parallel parallel, Tiled numbers, int count) {
        if (count < 0 || count > numbers.positions()) {
            throw new IllegalArgumentException("cannot take " + count + " of " + numbers.positions());
        }
        return new Highest(parallel, numbers).choose(count);
    }

    /** A whole number that grows with {@code v}; both zeros are one number. */
    public static int order(float v) {
        int bits = Float.floatToRawIntBits(v + 0f);
        return bits ^ bits >> 31 & Integer.MAX_VALUE;
    }

    private Topology choose(int count) {
        int[][] counts = new int[tasks][LOW + 1];
        inTiles((task, tile, orders) -> {
            for (int order : orders) {
                counts[task][upper(order)]++;
            }
        });
        for (int t = 1; t < tasks; t++) {
            for (int i = 0; i <= LOW; i++) {
                counts[0][i] += counts[t][i];
            }
        }
        int high = LOW;
        int left = count;
        while (high > 0 && counts[0][high] < left) {
            left -= counts[0][high--];
        }
        int bucket = high;
        Found[] found = new Found[tasks];
        parallel.run(tasks, task -> found[task] = new Found());
        inTiles((task, tile, orders) -> {
            for (int i = 0; i < orders.length; i++) {
                if (upper(orders[i]) >= bucket) {
                    found[task].add(tile * TILE + i % TILE, i / TILE, orders[i]);
                }
            }
        });
        return lowest(found, bucket, left);
    }

    /** The upper half of an order as a number without sign. */
    private static int upper(int order) {
        return (order ^ Integer.MIN_VALUE) >>> BITS;
    }

    /** All that was found but the lowest: of the lowest bucket {@code left} remain. */
    private Topology lowest(Found[] found, int bucket, int left) {
        int[] lower = new int[LOW + 1];
        for (Found f : found) {
            for (int k = 0; k < f.count; k++) {
                if (upper(f.order[k]) == bucket) {
                    lower[f.order[k] & LOW]++;
                }
            }
        }
        int low = LOW;
        int spare = left;
        while (low > 0 && lower[low] < spare) {
            spare -= lower[low--];
        }
        int threshold = (bucket << BITS | low) ^ Integer.MIN_VALUE;
        int rows = numbers.rows();
        int[] higher = new int[Tiled.tiles(rows) * TILE]; // rows of padding too
        int[] equal = new int[higher.length];
        for (Found f : found) {
            for (int k = 0; k < f.count; k++) {
                higher[f.row[k]] += f.order[k] > threshold ? 1 : 0;
                equal[f.row[k]] += f.order[k] == threshold ? 1 : 0;
            }
        }
        int[] start = new int[rows + 1];
        for (int r = 0; r < rows; r++) {
            equal[r] = Math.min(equal[r], spare);
            spare -= equal[r];
            start[r + 1] = start[r] + higher[r] + equal[r];
        }
        int[] column = new int[start[rows]];
        int[] next = Arrays.copyOf(start, rows);
        for (Found f : found) {
            for (int k = 0; k < f.count; k++) {
                int r = f.row[k];
                if (f.order[k] > threshold || f.order[k] == threshold && r < rows && equal[r]-- > 0) {
                    column[next[r]++] = f.column[k];
                }
            }
        }
        return Topology.checked(rows, numbers.cols(), Ints.of(start), Ints.of(column));
    }

    /** Positions that one task found, columns ascending in each row. */
    private static final class Found {

        private int[] row = new int[1 << 10];
        private int[] column = new int[1 << 10];
        private int[] order = new int[1 << 10];
        private int count;

        void add(int r, int c, int o) {
            if (count == row.length) {
                row = Arrays.copyOf(row, 2 * count);
                column = Arrays.copyOf(column, 2 * count);
                order = Arrays.copyOf(order, 2 * count);
            }
            row[count] = r;
            column[count] = c;
            order[count++] = o;
        }
    }

    private interface Body {
        /** @param orders of the numbers of a tile as they lie in it, those of rows of padding lower than any number's */
        void at(int task, int tile, int[] orders);
    }

    private void inTiles(Body body) {
        int count = Tiled.tiles(numbers.rows());
        Floats tiles = numbers.tiles();
        parallel.run(tasks, task -> {
            int[] orders = new int[numbers.cols() * TILE];
            float[] values = new float[orders.length];
            for (int tile = (int) ((long) count * task / tasks); tile < (int) ((long) count * (task + 1) / tasks); tile++) {
                tiles.get(tile * orders.length, values, 0, values.length);
                for (int i = 0; i < orders.length; i++) {
                    orders[i] = order(values[i]);
                }
                for (int i = numbers.rows() - tile * TILE; i < TILE; i++) { // rows of padding
                    for (int at = i; at < orders.length; at += TILE) {
                        orders[at] = Integer.MIN_VALUE;
                    }
                }
                body.at(task, tile, orders);
            }
        });
    }
}
