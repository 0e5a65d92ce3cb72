package dev.filigree.tensor;

import dev.filigree.base.Rng;
import java.util.Arrays;

/** Random positions of a matrix, as many as asked for, without an array of its size. */
public final class Sampling {

    /** Dead positions that are drawn from one stream; more are drawn from several ranges of rows, each in proportion. */
    private static final int RANGE = 1 << 20;

    private Sampling() {
    }

    /** A random topology of exactly {@code count} positions, even over ranges of rows when it is large. */
    public static Topology topology(int rows, int cols, int count, Rng rng) {
        Topology none = new Topology.Builder(rows, cols, 0).build();
        Topology.Builder all = new Topology.Builder(rows, cols, count);
        for (long p : dead(none, count, rng)) {
            all.add((int) (p / cols), (int) (p % cols));
        }
        return all.build();
    }

    /** {@code count} random positions {@code row * cols + col} that are not live, ascending. */
    public static long[] dead(Topology live, int count, Rng rng) {
        long dead = (long) live.rows() * live.cols() - live.count();
        if (count < 0 || count > dead) {
            throw new IllegalArgumentException("cannot draw " + count + " of " + dead + " dead positions");
        }
        int ranges = Math.clamp(count / RANGE, 1, live.rows());
        long[] out = new long[count];
        long before = 0; // dead positions of the ranges before
        int at = 0;
        for (int i = 0; i < ranges; i++) {
            int from = (int) ((long) live.rows() * i / ranges);
            int to = (int) ((long) live.rows() * (i + 1) / ranges);
            long here = (long) (to - from) * live.cols() - (live.start().get(to) - live.start().get(from));
            int quota = (int) (share(count, before + here, dead) - share(count, before, dead));
            at = place(live, from, to, distinct(rng, quota, here), out, at);
            before += here;
        }
        return out;
    }

    /** {@code floor(count * part / whole)} without overflow. */
    private static long share(long count, long part, long whole) {
        return whole == 0 ? 0 : (long) Math.floor((double) count * ((double) part / whole) + 1e-9 * (part == whole ? 1 : 0));
    }

    /** Turns ranks among the dead positions of some rows into positions. */
    private static int place(Topology live, int fromRow, int toRow, long[] ranks, long[] out, int at) {
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
                out[at++] = (long) r * live.cols() + col;
            }
            first = end;
        }
        return at;
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
            Arrays.sort(drawn);
            have = k == 0 ? 0 : 1;
            for (int i = 1; i < k; i++) {
                if (drawn[i] != drawn[have - 1]) {
                    drawn[have++] = drawn[i];
                }
            }
        }
        return drawn;
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
