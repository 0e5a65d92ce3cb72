package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import java.lang.foreign.Arena;

/**
 * A change of live positions: some die, others are born.
 *
 * @param after the new positions
 * @param from  for each of them its index before, in canonical order, or {@link #NEWBORN}
 */
public record Rewiring(Topology after, Ints from) {

    /** In the place of an index before. */
    public static final int NEWBORN = -1;

    /** The same by the calling thread, in memory that the garbage collector frees. */
    public static Rewiring of(Topology before, int[] dies, long[] born) {
        return of(Arena.ofAuto(), Parallel.single(), before, dies, born);
    }

    /**
     * @param arena whose memory it lies in
     * @param dies indices in the canonical order of {@code before}, ascending
     * @param born positions {@code row * cols + col}, ascending; none may be live and stay so. One that dies may be born
     *             anew, and begins anew
     */
    public static Rewiring of(Arena arena, Parallel parallel, Topology before, int[] dies, long[] born) {
        int rows = before.rows();
        long cols = before.cols();
        Ints start = Ints.allocate(arena, rows + 1);
        Ints firstDead = Ints.allocate(arena, rows); // of each row, in dies
        int dead = 0;
        int next = 0;
        for (int r = 0; r < rows; r++) {
            firstDead.set(r, dead);
            int end = before.start().get(r + 1);
            while (dead < dies.length && dies[dead] < end) {
                dead++;
            }
            while (next < born.length && born[next] < (r + 1) * cols) {
                next++;
            }
            start.set(r + 1, end - dead + next);
        }
        Ints column = Ints.allocate(arena, start.get(rows));
        Ints from = Ints.allocate(arena, column.length());
        Canonical.rows(parallel, start, r -> row(before, dies, firstDead.get(r), born, r, start.get(r), column, from));
        return new Rewiring(Topology.of("positions", rows, before.cols(), start, column), from);
    }

    /** Merges the survivors and the newborns of row {@code r}, from {@code at} on. */
    private static void row(Topology before, int[] dies, int firstDead, long[] born, int r, int at, Ints column, Ints from) {
        long first = (long) r * before.cols();
        long end = first + before.cols();
        int dead = firstDead;
        int next = at - before.start().get(r) + dead;
        for (int j = before.start().get(r); j < before.start().get(r + 1); j++) {
            if (dead < dies.length && dies[dead] == j) {
                dead++;
                continue;
            }
            int c = before.column().get(j);
            for (; next < born.length && born[next] < first + c; next++, at++) {
                column.set(at, (int) (born[next] - first));
                from.set(at, NEWBORN);
            }
            column.set(at, c);
            from.set(at++, j);
        }
        for (; next < born.length && born[next] < end; next++, at++) {
            column.set(at, (int) (born[next] - first));
            from.set(at, NEWBORN);
        }
    }

    /** Values of the new positions: those that stayed keep theirs, newborns start at zero. */
    public Floats values(Floats before) {
        return values(Arena.ofAuto(), Parallel.single(), before);
    }

    /** The same by several threads, in the memory of an arena. */
    public Floats values(Arena arena, Parallel parallel, Floats before) {
        Floats out = Floats.allocate(arena, from.length());
        Canonical.ranges(parallel, from.length(), (first, end) -> {
            for (int i = first; i < end; i++) {
                out.set(i, from.get(i) == NEWBORN ? 0 : before.get(from.get(i)));
            }
        });
        return out;
    }
}
