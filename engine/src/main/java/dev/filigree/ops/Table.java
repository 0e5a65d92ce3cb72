package dev.filigree.ops;

import dev.filigree.base.Floats;
import dev.filigree.tensor.Columns;
import dev.filigree.tensor.Weight;

/** A dense matrix of which rows are looked up; it may be a weight of products as well (a head that is tied to its embeddings). */
@FunctionalInterface
interface Table {

    /** Adds features {@code from .. to} of a row to one token of a panel {@code [cols] [width]}. */
    void addRow(int row, int from, int to, Floats panel, int token, int width);

    static Table of(Weight w) {
        return w instanceof Columns c ? coded(c) : Rows.of(w);
    }

    private static Table coded(Columns w) {
        return (row, from, to, panel, token, width) -> {
            for (int f = from; f < to; f++) {
                int slot = f * width + token;
                panel.set(slot, panel.get(slot) + w.get(row, f));
            }
        };
    }
}
