package dev.filigree.prune.edges;

import dev.filigree.tensor.Csr;
import java.util.HashMap;
import java.util.Map;

/** Where the entries of a symmetric matrix lie, and which entry stands across the diagonal from each. */
record Mirror(int cols, Map<Long, Integer> slots, int[] across) {

    static Mirror of(Csr symmetric) {
        Map<Long, Integer> slots = HashMap.newHashMap(symmetric.values().length());
        symmetric.forEach((r, c, slot, v) -> slots.put((long) r * symmetric.cols() + c, slot));
        int[] across = new int[symmetric.values().length()];
        symmetric.forEach((r, c, slot, v) -> across[slot] = slots.get((long) c * symmetric.cols() + r));
        return new Mirror(symmetric.cols(), slots, across);
    }

    /** Where (row, col) lies. */
    int slot(int row, int col) {
        return slots.get((long) row * cols + col);
    }
}
