package dev.filigree.tensor;

import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import dev.filigree.base.Rng;
import java.lang.foreign.Arena;
import java.util.Arrays;

/** Random positions of a matrix, as many as asked for, without an array of its size. */
public final class Sampling {

    /** Positions that are drawn from one stream; more are drawn from several ranges of rows, each in proportion and from a stream of its own. */
    private static final int RANGE = 1 << 18;

    /** Numbers that share their place while they are sorted. */
    private static final int PER_BUCKET = 4;

    private Sampling() {
    }

    /** A random topology of exactly {@code count} positions, even over ranges of rows when it is large. */
    public static Topology topology(int rows, int cols, int count, Rng rng) {
        return topology(Arena.ofAuto(), Parallel.single(), rows, cols, count, rng);
    }

    /** The same by several threads, in the memory of an arena. */
    public static Topology topology(Arena arena, Parallel parallel, int rows, int cols, int count, Rng rng) {
        Topology none = Topology.checked(rows, cols, Ints.allocate(rows + 1), Ints.allocate(0));
        Ints start = Ints.allocate(arena, rows + 1);
        Ints column = Ints.allocate(arena, count);
        draw(parallel, none, count, rng, (part, at) -> {
            for (int i = 0; i < part.length; i++) {
                int row = (int) (part[i] / cols);
                column.set(at + i, (int) (part[i] - (long) row * cols));
                start.set(row + 1, start.get(row + 1) + 1);
            }
        });
        for (int r = 0; r < rows; r++) {
            start.set(r + 1, start.get(r + 1) + start.get(r));
        }
        return Topology.of("positions", rows, cols, start, column);
    }

    /** {@code count} random positions {@code row * cols + col} that are not live, ascending. */
    public static long[] dead(Topology live, int count, Rng rng) {
        return dead(Parallel.single(), live, count, rng);
    }

    /** The same, by several threads. */
    public static long[] dead(Parallel parallel, Topology live, int count, Rng rng) {
        long[] out = new long[Math.max(0, count)];
        draw(parallel, live, count, rng, (part, at) -> System.arraycopy(part, 0, out, at, part.length));
        return out;
    }

    /** Takes the positions of one range of rows, the first of which is the {@code at}-th of all. */
    @FunctionalInterface
    private interface Sink {
        void take(long[] part, int at);
    }

    private static void draw(Parallel parallel, Topology live, int count, Rng rng, Sink sink) {
        long dead = (long) live.rows() * live.cols() - live.count();
        if (count < 0 || count > dead) {
            throw new IllegalArgumentException("cannot draw " + count + " of " + dead + " dead positions");
        }
        int ranges = Math.clamp(count / RANGE, 1, live.rows());
        parallel.run(ranges, i -> {
            int from = (int) ((long) live.rows() * i / ranges);
            int to = (int) ((long) live.rows() * (i + 1) / ranges);
            long before = (long) from * live.cols() - live.start().get(from); // dead positions of the ranges before
            long here = (long) (to - from) * live.cols() - (live.start().get(to) - live.start().get(from));
            long first = share(count, before, dead);
            int quota = (int) (share(count, before + here, dead) - first);
            long[] ranks = distinct(ranges == 1 ? rng : rng.split("range " + i), quota, here);
            place(live, from, to, ranks);
            sink.take(ranks, (int) first);
        });
    }

    /** {@code floor(count * part / whole)} without overflow. */
    private static long share(long count, long part, long whole) {
        return whole == 0 ? 0 : (long) Math.floor((double) count * ((double) part / whole) + 1e-9 * (part == whole ? 1 : 0));
    }

    /** Turns ranks among the dead positions of some rows into positions. */
    private static void place(Topology live, int fromRow, int toRow, long[] ranks) {
        int next = 0;
        long first = 0; // rank of the first dead position of the row
        for (int r = fromRow; r < toRow && next < ranks.length; r++) {
            int from = live.start().get(r);
            int to = live.start().get(r + 1);
            long end = first + live.cols() - (to - from);
            int j = from;
            for (; next < ranks.length && ranks[next] < end; next++) {
                long col = ranks[next] - first + (j - from);
                while (j < to && live.column().get(j) <= col) {
                    j++;
                    col++;
                }
                ranks[next] = (long) r * live.cols() + col;
            }
            first = end;
        }
    }

    /** {@code k} different numbers in {@code 0 .. n-1}, ascending. */
    static long[] distinct(Rng rng, int k, long n) {
        if (k > n / 2) {
            return others(distinct(rng, (int) (n - k), n), (int) n);
        }
        long[] drawn = new long[k];
        int have = 0;
        while (have < k) {
            for (int i = have; i < k; i++) {
                drawn[i] = Math.unsignedMultiplyHigh(rng.nextLong(), n);
            }
            if (have == 0) {
                drawn = sorted(drawn, n);
            } else {
                Arrays.sort(drawn); // all but a few are in order
            }
            have = k == 0 ? 0 : 1;
            for (int i = 1; i < k; i++) {
                if (drawn[i] != drawn[have - 1]) {
                    drawn[have++] = drawn[i];
                }
            }
        }
        return drawn;
    }

    /** Sorts numbers that are even over {@code 0 .. n-1}: each goes near its place at once. */
    private static long[] sorted(long[] drawn, long n) {
        int buckets = Math.max(1, drawn.length / PER_BUCKET);
        double scale = buckets / (double) n;
        int[] next = new int[buckets + 1];
        for (long d : drawn) {
            next[Math.min(buckets - 1, (int) (d * scale)) + 1]++;
        }
        for (int b = 0; b < buckets; b++) {
            next[b + 1] += next[b];
        }
        long[] out = new long[drawn.length];
        for (long d : drawn) {
            out[next[Math.min(buckets - 1, (int) (d * scale))]++] = d;
        }
        for (int i = 1; i < out.length; i++) {
            long d = out[i];
            int j = i;
            for (; j > 0 && out[j - 1] > d; j--) {
                out[j] = out[j - 1];
            }
            out[j] = d;
        }
        return out;
    }

    private static long[] others(long[] chosen, int n) {
        long[] out = new long[n - chosen.length];
        int at = 0;
        int next = 0;
        for (int i = 0; i < n; i++) {
            if (next < chosen.length && chosen[next] == i) {
                next++;
            } else {
                out[at++] = i;
            }
        }
        return out;
    }
}
