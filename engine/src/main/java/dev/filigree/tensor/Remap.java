package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import dev.filigree.base.Parallel;
import java.lang.foreign.Arena;

/**
 * How the slots of a weight moved when its live positions changed: what is kept for each live value (optimizer state,
 * gradients) moves along, so that nobody who keeps such things knows about sparsity.
 *
 * @param parallel who moves
 * @param from     for each new slot the old slot of the same (row, column), or -1 for a newborn and for padding
 */
public record Remap(Parallel parallel, Ints from) {

    private static final int NEWBORN = -1;

    /** From {@code before} to {@code after}, two weights of one shape in any layouts. */
    public static Remap between(Weight before, Weight after) {
        return between(Arena.ofAuto(), Parallel.single(), before, after);
    }

    /** The same by several threads, in the memory of an arena. */
    public static Remap between(Arena arena, Parallel parallel, Weight before, Weight after) {
        Canonical old = Canonical.of(arena, parallel, before);
        Ints from = newborns(arena, after);
        after.forEach((r, c, slot, v) -> {
            int i = old.live().find(r, c);
            from.set(slot, i < 0 ? NEWBORN : old.slot().get(i));
        });
        return new Remap(parallel, from);
    }

    /** From the weight that {@code before} describes to {@code after}, which holds what {@code change} made of it; nothing is searched. */
    public static Remap along(Arena arena, Parallel parallel, Canonical before, Rewiring change, Weight after) {
        Ints slot = Canonical.slots(arena, parallel, after, change.after());
        Ints from = newborns(arena, after);
        Canonical.ranges(parallel, slot.length(), (first, end) -> {
            for (int i = first; i < end; i++) {
                int old = change.from().get(i);
                from.set(slot.get(i), old == Rewiring.NEWBORN ? NEWBORN : before.slot().get(old));
            }
        });
        return new Remap(parallel, from);
    }

    private static Ints newborns(Arena arena, Weight after) {
        Ints from = Ints.allocate(arena, Slots.of(after).length());
        from.segment().fill((byte) NEWBORN);
        return from;
    }

    /** The values at their new slots, newborns at zero: in the buffer given where as many remain, else in a new one. */
    public Floats apply(Floats old) {
        if (old.length() != from.length()) {
            Floats moved = Floats.allocate(from.length());
            move(old, moved);
            return moved;
        }
        try (Arena arena = Arena.ofShared()) {
            Floats copy = Floats.allocate(arena, old.length()).copyFrom(old);
            move(copy, old);
        }
        return old;
    }

    private void move(Floats old, Floats moved) {
        Canonical.ranges(parallel, moved.length(), (first, end) -> {
            for (int i = first; i < end; i++) {
                int slot = from.get(i);
                moved.set(i, slot == NEWBORN ? 0f : old.get(slot));
            }
        });
    }
}
