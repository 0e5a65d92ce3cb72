package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import java.lang.foreign.Arena;
import java.util.function.IntConsumer;

/**
 * The live positions of a weight in canonical order, and where the layout holds the value of each: what one needs to know
 * to move values between layouts and to new positions. Of compressed rows it is made in one pass, by ranges of rows.
 *
 * @param slot for each live position the index of its value in {@link Slots#of}
 */
public record Canonical(Topology live, Ints slot) {

    /** Entries of a task. */
    private static final int RANGE = 1 << 16;

    /** @param arena whose memory it lies in */
    public static Canonical of(Arena arena, Parallel parallel, Weight w) {
        Topology live = topology(arena, parallel, w);
        return new Canonical(live, slots(arena, parallel, w, live));
    }

    /** Some positions of a dense weight, and where it holds their values. */
    public static Canonical within(Arena arena, Parallel parallel, Topology some, Tiled dense) {
        Ints slot = Ints.allocate(arena, some.count());
        rows(parallel, some.start(), r -> {
            for (int j = some.start().get(r); j < some.start().get(r + 1); j++) {
                slot.set(j, dense.slot(r, some.column().get(j)));
            }
        });
        return new Canonical(some, slot);
    }

    /** The values of {@code stored}, which lie in the slots of the weight, in canonical order. */
    public Floats values(Arena arena, Parallel parallel, Floats stored) {
        Floats out = Floats.allocate(arena, slot.length());
        ranges(parallel, slot.length(), (from, to) -> {
            for (int i = from; i < to; i++) {
                out.set(i, stored.get(slot.get(i)));
            }
        });
        return out;
    }

    /** The live positions alone. */
    static Topology topology(Arena arena, Parallel parallel, Weight w) {
        if (!(w instanceof Csr c)) {
            Topology.Builder b = new Topology.Builder(w.rows(), w.cols(), Math.toIntExact(w.nonZeros()));
            w.forEach((r, col, slot, v) -> b.add(r, col));
            return b.build();
        }
        Ints start = Ints.allocate(arena, c.rows() + 1);
        for (int r = 0; r < c.rows(); r++) {
            int count = start.get(r);
            for (int list = r; list < c.chunks() * c.rows(); list += c.rows()) {
                count += c.start().get(list + 1) - c.start().get(list);
            }
            start.set(r + 1, count);
        }
        Ints column = Ints.allocate(arena, c.values().length());
        rows(parallel, start, r -> {
            int at = start.get(r);
            for (int chunk = 0; chunk < c.chunks(); chunk++) {
                int list = chunk * c.rows() + r;
                for (int j = c.start().get(list); j < c.start().get(list + 1); j++) {
                    column.set(at++, chunk * c.chunk() + c.column().get(j));
                }
            }
        });
        return Topology.checked(c.rows(), c.cols(), start, column);
    }

    /** For each of the positions {@code live} of {@code w}, in canonical order, where its value lies. */
    public static Ints slots(Arena arena, Parallel parallel, Weight w, Topology live) {
        Ints slot = Ints.allocate(arena, live.count());
        if (w instanceof Csr c) {
            rows(parallel, live.start(), r -> {
                int at = live.start().get(r);
                for (int list = r; list < c.chunks() * c.rows(); list += c.rows()) {
                    for (int j = c.start().get(list); j < c.start().get(list + 1); j++) {
                        slot.set(at++, j);
                    }
                }
            });
        } else {
            w.forEach((r, c, s, v) -> slot.set(live.find(r, c), s));
        }
        return slot;
    }

    /** Does something for each row, in tasks of about {@link #RANGE} entries and rows. */
    static void rows(Parallel parallel, Ints start, IntConsumer row) {
        int rows = start.length() - 1;
        int tasks = Math.clamp(((long) start.get(rows) + rows) / RANGE, 1, rows);
        parallel.run(tasks, task -> {
            int to = (int) ((long) rows * (task + 1) / tasks);
            for (int r = (int) ((long) rows * task / tasks); r < to; r++) {
                row.accept(r);
            }
        });
    }

    /** Does something for the numbers {@code from .. to}. */
    @FunctionalInterface
    interface Range {
        void run(int from, int to);
    }

    /** Cuts {@code 0 .. count} into tasks of {@link #RANGE}. */
    static void ranges(Parallel parallel, int count, Range body) {
        parallel.run(Math.ceilDiv(count, RANGE), task -> body.run(task * RANGE, (int) Math.min(count, (task + 1L) * RANGE)));
    }
}
