package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.kernel.Kernels;
import java.util.Arrays;

/**
 * The positions of the highest numbers of a dense array, exactly as many as asked for; of equal numbers the first in
 * canonical order. The threshold is found by counting the upper and then the lower halves of the numbers' bits, so there is
 * neither a sort nor a copy. Everything is cut by tiles of rows: the bits are the same on any number of threads.
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
        int[] upper = counts((orders, counts) -> {
            for (int order : orders) {
                counts[code(order) >>> BITS]++;
            }
        });
        int high = LOW;
        int left = count;
        while (high > 0 && upper[high] < left) {
            left -= upper[high--];
        }
        int bucket = high;
        int[] lower = counts((orders, counts) -> {
            for (int order : orders) {
                if (code(order) >>> BITS == bucket) {
                    counts[order & LOW]++;
                }
            }
        });
        int low = LOW;
        while (low > 0 && lower[low] < left) {
            left -= lower[low--];
        }
        return above(code(bucket << BITS | low), left);
    }

    /** The order as a number without sign, and back. */
    private static int code(int order) {
        return order ^ Integer.MIN_VALUE;
    }

    private interface Count {
        void add(int[] orders, int[] counts);
    }

    private int[] counts(Count body) {
        int[][] each = new int[tasks][LOW + 1];
        inTiles((task, tile, orders) -> body.add(orders, each[task]));
        for (int t = 1; t < tasks; t++) {
            for (int i = 0; i <= LOW; i++) {
                each[0][i] += each[t][i];
            }
        }
        return each[0];
    }

    /** Everything above {@code threshold} and the first {@code spare} that equal it. */
    private Topology above(int threshold, int spare) {
        int rows = numbers.rows();
        int[] higher = new int[Tiled.tiles(rows) * TILE];
        int[] equal = new int[higher.length];
        inTiles((task, tile, orders) -> {
            for (int i = 0; i < orders.length; i++) {
                int r = tile * TILE + i % TILE;
                higher[r] += orders[i] > threshold ? 1 : 0;
                equal[r] += orders[i] == threshold ? 1 : 0;
            }
        });
        int[] start = new int[rows + 1];
        for (int r = 0; r < rows; r++) {
            equal[r] = Math.min(equal[r], spare);
            spare -= equal[r];
            start[r + 1] = start[r] + higher[r] + equal[r];
        }
        Ints column = Ints.allocate(start[rows]);
        int[] next = Arrays.copyOf(start, higher.length);
        inTiles((task, tile, orders) -> {
            for (int i = 0; i < orders.length; i++) {
                int r = tile * TILE + i % TILE;
                if (orders[i] > threshold || orders[i] == threshold && r < rows && equal[r]-- > 0) {
                    column.set(next[r]++, i / TILE);
                }
            }
        });
        return Topology.checked(rows, numbers.cols(), Ints.of(start), column);
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
            for (int tile = (int) ((long) count * task / tasks); tile < (int) ((long) count * (task + 1) / tasks); tile++) {
                int rows = Math.min(TILE, numbers.rows() - tile * TILE);
                for (int i = 0; i < orders.length; i++) {
                    orders[i] = i % TILE < rows ? order(tiles.get(tile * orders.length + i)) : Integer.MIN_VALUE;
                }
                body.at(task, tile, orders);
            }
        });
    }
}
