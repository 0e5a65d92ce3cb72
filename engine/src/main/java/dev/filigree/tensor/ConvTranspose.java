package dev.filigree.tensor;

import dev.filigree.base.Floats;
import dev.filigree.base.Ints;
import java.lang.foreign.Arena;

/**
 * A convolution weight turned round, with which gradients flow back to the input. Its structure is built once; only its
 * values are fetched again when those of the weight have changed.
 *
 * @param source the weight
 * @param weight its transpose, taps in reverse order
 * @param from   slot of the source for each slot of the transpose
 */
public record ConvTranspose(ConvWeight source, ConvWeight weight, Ints from) {

    static ConvTranspose of(Arena arena, ConvWeight w) {
        int taps = w.taps();
        int rows = w.outputs() / w.groups(); // of a group
        int inputs = w.inputs() / w.groups();
        Topology.Builder b = new Topology.Builder(w.inputs(), rows * taps, w.values().length());
        w.forEach((r, c, slot, v) -> b.add(r / rows * inputs + c / taps, turned(r % rows, c, taps)));
        Topology live = b.build();
        int[] slots = new int[live.count()];
        w.forEach((r, c, slot, v) -> slots[live.find(r / rows * inputs + c / taps, turned(r % rows, c, taps))] = slot);
        ConvWeight weight = ConvWeight.grouped(arena, "transpose", live, Floats.allocate(live.count()), w.groups(), w.height(), w.width());
        Ints from = Ints.allocate(arena, live.count());
        weight.forEach((r, c, slot, v) -> from.set(slot, slots[live.find(r, c)]));
        ConvTranspose t = new ConvTranspose(w, weight, from);
        t.refresh();
        return t;
    }

    private static int turned(int row, int column, int taps) {
        return row * taps + taps - 1 - column % taps;
    }

    /** Fetches the present values of the source. */
    public void refresh() {
        for (int j = 0; j < from.length(); j++) {
            weight.values().set(j, source.values().get(from.get(j)));
        }
    }
}
