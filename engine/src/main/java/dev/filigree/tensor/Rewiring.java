package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * A change of live positions: some die, others are born.
 *
 * @param after the new positions
 * @param from  for each of them its index before, in canonical order, or {@link #NEWBORN}
 */
public record Rewiring(Topology after, Ints from) {

    /** Entries of a task. */
    private static final int RANGE = 1 << 16;

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
        int[] old = before.start().toArray();
        int[] start = new int[rows + 1];
        int dead = 0;
        int next = 0;
        for (int r = 0; r < rows; r++) {
            while (dead < dies.length && dies[dead] < old[r + 1]) {
                dead++;
            }
            while (next < born.length && born[next] < (r + 1) * cols) {
                next++;
            }
            start[r + 1] = old[r + 1] - dead + next;
        }
        Ints column = Ints.allocate(arena, start[rows]);
        Ints from = Ints.allocate(arena, start[rows]);
        int tasks = Math.clamp(((long) start[rows] + rows) / RANGE, 1, rows);
        parallel.run(tasks, task -> merge(before, old, dies, born, start, (int) ((long) rows * task / tasks), (int) ((long) rows * (task + 1) / tasks), column, from));
        return new Rewiring(Topology.of("positions", rows, before.cols(), Ints.of(arena, start), column), from);
    }

    /** Merges the survivors and the newborns of rows {@code first .. end}, in arrays of the heap, whose loops are short code. */
    private static void merge(Topology before, int[] old, int[] dies, long[] born, int[] start, int first, int end, Ints column, Ints from) {
        int[] columns = before.column().toArray(old[first], old[end] - old[first]);
        int[] merged = new int[start[end] - start[first]];
        int[] origin = new int[merged.length];
        int dead = insertion(Arrays.binarySearch(dies, old[first]));
        int next = insertion(Arrays.binarySearch(born, (long) first * before.cols()));
        int at = 0;
        for (int r = first; r < end; r++) {
            long row = (long) r * before.cols();
            for (int j = old[r]; j < old[r + 1]; j++) {
                if (dead < dies.length && dies[dead] == j) {
                    dead++;
                    continue;
                }
                int c = columns[j - old[first]];
                for (; next < born.length && born[next] < row + c; next++, at++) {
                    merged[at] = (int) (born[next] - row);
                    origin[at] = NEWBORN;
                }
                merged[at] = c;
                origin[at++] = j;
            }
            for (; next < born.length && born[next] < row + before.cols(); next++, at++) {
                merged[at] = (int) (born[next] - row);
                origin[at] = NEWBORN;
            }
        }
        column.set(start[first], merged);
        from.set(start[first], origin);
    }

    private static int insertion(int found) {
        return found < 0 ? -1 - found : found;
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
