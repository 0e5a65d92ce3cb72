package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import java.util.Arrays;

/**
 * How the slots of a weight moved when its live positions changed: what is kept for each live value (optimizer state,
 * gradients) moves along, so that nobody who keeps such things knows about sparsity.
 *
 * @param from for each new slot the old slot of the same (row, column), or -1 for a newborn and for padding
 */
public record Remap(Ints from) {

    private static final int NEWBORN = -1;

    /** From {@code before} to {@code after}, two weights of one shape in any layouts. */
    public static Remap between(Weight before, Weight after) {
        Topology old = Topology.of(before);
        int[] oldSlot = new int[old.count()];
        before.forEach((r, c, slot, v) -> oldSlot[old.find(r, c)] = slot);
        int[] from = new int[Slots.of(after).length()];
        Arrays.fill(from, NEWBORN);
        after.forEach((r, c, slot, v) -> {
            int i = old.find(r, c);
            from[slot] = i < 0 ? NEWBORN : oldSlot[i];
        });
        return new Remap(Ints.of(from));
    }

    /** The values at their new slots; newborns start at zero. */
    public Floats apply(Floats old) {
        Floats moved = Floats.allocate(from.length());
        for (int i = 0; i < moved.length(); i++) {
            int slot = from.get(i);
            moved.set(i, slot == NEWBORN ? 0f : old.get(slot));
        }
        return moved;
    }
}
